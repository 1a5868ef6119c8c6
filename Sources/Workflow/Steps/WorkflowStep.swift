import Jinja
import OrderedCollections

/// `workflow:` runs another workflow as one step.
package struct WorkflowStep: StepKind {
    package var name = ""
    package var inputs = TemplatedValue.mapping([])
    /// The other workflow, found and checked.
    package var called: CalledWorkflow?

    package init() {}

    package static let key = "workflow"
    package static let summary = """
        Runs another workflow of the project as one step: it gets inputs, and its outputs are the step's results.
        """
    package static let shorthand: String? = "name"
    package static let fields: [Field<Self>] = [
        .required(
            "name", \.name, .name,
            "The workflow: its name in the folder `workflows`, or its file, from the project folder."),
        .optional("inputs", \.inputs, .mapping, default: nil, "The values of its inputs."),
    ]
    package static let outputs: [Shape.Member] = []

    package static func decode(_ node: YAMLNode, key: String, _ decoding: Decoding) -> WorkflowStep? {
        let before = decoding.diagnostics.count
        var step: WorkflowStep?
        var place = node.place
        if case .mapping(let entries) = node.content {
            step = decode(entries, at: node.place, named: "`\(key)`", decoding)
            place = entries.first { $0.key.scalar?.text == "name" }?.value.place ?? place
        } else if let name = FieldType<String>.name.decode(node, key, decoding) {
            step = WorkflowStep()
            step?.name = name
        }
        guard decoding.diagnostics.count == before, var step else { return step }
        guard let library = decoding.library else {
            decoding.report("no other workflow can be found from here", at: place, length: step.name.count)
            return step
        }
        do {
            let called = try library.open(step.name)
            step.called = called
            step.checkInputs(of: called.definition, at: node, decoding)
        } catch {
            decoding.report(error.message, at: place, length: step.name.count)
        }
        return step
    }

    package var outputShape: Shape {
        guard let called else { return .any }
        return .mapping(called.definition.outputNames.map { Shape.Member($0, .any) })
    }

    private func checkInputs(of definition: WorkflowDefinition, at node: YAMLNode, _ decoding: Decoding) {
        let declared = definition.inputs
        guard case .mapping(let given) = inputs else { return }
        for (name, value) in given {
            let place = Self.place(of: name, in: node)
            guard let input = declared.first(where: { $0.key == name })?.value else {
                decoding.report(
                    "the workflow `\(definition.name)` has no input `\(name)`", at: place, length: name.count,
                    suggestion: nearest(name, among: declared.map(\.key)))
                continue
            }
            guard let constant = value.constantValue, case .failure(let mistake) = input.accept(constant) else {
                continue
            }
            decoding.report(
                "the input `\(name)` of `\(definition.name)` takes \(mistake.expected), not \(mistake.found)",
                at: place, length: name.count)
        }
        for (name, input) in declared where input.isRequired && !given.contains(where: { $0.key == name }) {
            decoding.report("the workflow `\(definition.name)` needs the input `\(name)`", at: node.place)
        }
    }

    private static func place(of input: String, in node: YAMLNode) -> Place {
        guard case .mapping(let entries) = node.content,
            case .mapping(let given)? = entries.first(where: { $0.key.scalar?.text == "inputs" })?.value.content
        else { return node.place }
        return given.first { $0.key.scalar?.text == input }?.key.place ?? node.place
    }
}
