import History
import Jinja
import OrderedCollections
import Workflow

extension Step {
    /// The digest of what the file says of the step and of the steps in it.
    ///
    /// - Parameters:
    ///   - definition: the workflow that the step belongs to.
    ///   - model: the model that the command line names for steps that name none.
    func definitionDigest(_ definition: WorkflowDefinition, model: String?) -> String {
        var digest = TextDigest()
        digest.add(self.definition)
        switch body {
        case .nested(let steps):
            for step in steps {
                digest.add(step.id)
                digest.add(step.loopDefinition)
                digest.add(step.definitionDigest(definition, model: model))
            }
        case .kind(let kind):
            if let called = (kind as? WorkflowStep)?.called {
                let all = [called] + called.definition.calledWorkflows
                for workflow in all { digest.add(workflow.definition.source.text) }
                digest.add(model ?? "")
            }
            if type(of: kind).asksModel {
                // What the configuration says of models is no part of the workflow.
                let models = models.isEmpty ? (model.map { [$0] } ?? definition.defaults.models) : models.map(\.written)
                for model in models { digest.add(model) }
            }
        }
        return digest.text
    }

    /// The references of the step and of the steps in it, but for those that the step itself gives a meaning to.
    var outerReferences: [Reference] {
        let own = foreach?.ownNames ?? []
        return allReferences.filter { !own.contains($0.name) }
    }

    /// Whether what is done depends on what no expression names: on files, programs and servers, or on how the steps
    /// before have ended. It is done again when one of those is.
    var looksAround: Bool {
        if asksForFailure { return true }
        return switch body {
        case .nested(let steps): steps.contains(where: \.looksAround)
        case .kind(let kind as WorkflowStep): kind.called?.definition.steps.contains(where: \.looksAround) ?? false
        // A picture is named only by its path.
        case .kind(let prompt as PromptStep): !prompt.images.isEmptyList
        case .kind(let kind): kind is ReadStep || kind is ListStep || kind is RunStep || kind is HTTPStep
        }
    }

    /// Whether the place of an item in its list matters for what is done with it.
    var usesIndex: Bool { allReferences.contains { $0.name == "index" } }

    private var allReferences: [Reference] {
        guard case .nested(let steps) = body else { return references.filter(\.isInput) }
        let ids = Set(steps.map(\.id))
        let inner = steps.flatMap { $0.outerReferences + $0.loopReferences.filter(\.isInput) }.filter { reference in
            guard reference.name == "steps", case .name(let id)? = reference.path.first?.key else { return true }
            return !ids.contains(id)
        }
        return references.filter(\.isInput) + inner
    }
}

extension TemplatedValue {
    fileprivate var isEmptyList: Bool {
        if case .list(let elements) = self { elements.isEmpty } else { false }
    }
}

extension Reference {
    /// Whether another value of it is another input. The environment is none: a run is gone on with from another shell,
    /// or from none. What a run and a workflow are called stays.
    fileprivate var isInput: Bool { !["env", "run", "workflow", "secrets"].contains(name) }
}

extension TemplatedText {
    /// The text as it stands in the file.
    fileprivate var written: String {
        switch self {
        case .constant(let text): text
        case .template(_, let origin): origin.text
        }
    }
}
