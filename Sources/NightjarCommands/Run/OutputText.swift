import Jinja
import OrderedCollections
import Workflow

/// A run's outputs as standard output shows them.
struct OutputText {
    private let outputs: Mapping

    /// - Parameter only: the name of the one output that is wanted.
    init(_ outputs: Mapping, only: String?) {
        self.outputs = only.map { name in outputs.filter { $0.key == name } } ?? outputs
    }

    /// - Throws: ``CommandFailure`` where the one output that is wanted does not exist.
    static func check(_ only: String?, of definition: WorkflowDefinition) throws {
        guard let only, !definition.outputNames.contains(only) else { return }
        let near = nearest(only, among: definition.outputNames)
        throw CommandFailure(
            .usage, "the workflow has no output `\(only)`" + (near.map { "; did you mean `\($0)`?" } ?? ""))
    }

    /// One output stands alone, so that it can be piped; several have their names.
    func print() {
        if outputs.count == 1, let value = outputs.values.first {
            let text = Self.text(value)
            Console.printRaw(text.hasSuffix("\n") ? text : text + "\n")
            return
        }
        for (name, value) in outputs { Console.print("\(name): \(Self.text(value))") }
    }

    private static func text(_ value: Value) -> String {
        value.string ?? value.json(.compact)
    }
}
