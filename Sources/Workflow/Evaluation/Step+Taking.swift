import Jinja

extension WorkflowDefinition {
    /// A step by its id, wherever it stands.
    func step(_ id: String) -> Step? {
        var open = steps
        while let step = open.popLast() {
            if step.id == id { return step }
            if case .nested(let nested) = step.body { open += nested }
        }
        return nil
    }

    /// What an item of the innermost loop is called in which a step stands, or that it is; `nil` where that is `item`.
    func itemName(around id: String) -> String? {
        func look(_ steps: [Step], _ name: String?) -> String?? {
            for step in steps {
                let own = step.foreach?.itemName ?? name
                if step.id == id { return .some(own) }
                if case .nested(let nested) = step.body, let found = look(nested, own) { return found }
            }
            return nil
        }
        return (look(steps, nil) ?? nil).flatMap { $0 == "item" ? nil : $0 }
    }
}

extension Step {
    /// Its id and those of the steps in it.
    var idsInside: [String] {
        guard case .nested(let nested) = body else { return [id] }
        return [id] + nested.flatMap(\.idsInside)
    }

    /// The same with other steps behind the first of those in it. Of two with one id, the one that is there stays: it says
    /// what the other would have given.
    func inserting(_ taken: [Step], at position: Int) -> Step {
        guard !taken.isEmpty, case .nested(var steps) = body, steps.indices.contains(position) else { return self }
        let known = Set(steps.prefix(position).map(\.id))
        steps.insert(contentsOf: taken.filter { !known.contains($0.id) }, at: position)
        for index in steps.indices.dropFirst() where steps[index].neededNames == nil {
            steps[index].needs = [steps[index - 1].id]
        }
        var step = self
        step.body = .nested(steps)
        return step
    }

    /// The same, asking whoever is named around it.
    var withoutModels: Step {
        var step = self
        step.models = []
        if case .nested(let nested) = body { step.body = .nested(nested.map(\.withoutModels)) }
        return step
    }

    /// The same with models for the steps in it that name none.
    func asking(_ models: [String]) -> Step {
        guard !models.isEmpty, case .nested(let nested) = body else { return self }
        var step = self
        step.body = .nested(nested.map { $0.asking(models.map { .constant($0) }) })
        return step
    }

    /// The same by itself, as what is done with one item, whenever it would have been done.
    var alone: Step {
        var step = self
        step.foreach = nil
        step.loopDefinition = ""
        step.condition = nil
        step.conditionNames = []
        step.outerNames = []
        step.needs = []
        step.neededNames = nil
        return step
    }

    /// The same, tried again as its own workflow says, and with nothing taken from earlier runs: each case is judged by
    /// what is said to it now.
    func measured(retry: Retry?) -> Step {
        var step = self
        step.foreach?.isOnce = false
        switch body {
        case .kind(let kind):
            if step.retry == nil, type(of: kind).isRetriedByDefault { step.retry = retry }
        case .nested(let nested): step.body = .nested(nested.map { $0.measured(retry: retry) })
        }
        return step
    }

    /// Changes keys of its prompt.
    mutating func change(prompt node: YAMLNode, _ decoding: Decoding) {
        guard case .kind(let kind) = body, let prompt = kind as? PromptStep else {
            decoding.report("`\(id)` is no `prompt`, so that there is nothing to change in one", at: node.place)
            return
        }
        guard case .mapping(let entries) = node.content else {
            decoding.mismatch(node, expected: "a mapping", of: PromptStep.key)
            return
        }
        let before = decoding.takeUsedNames()
        let changed = PromptStep.decode(
            entries, over: prompt, at: node.place, named: "`\(PromptStep.key)`", decoding)
        innerNames += decoding.takeUsedNames()
        decoding.note(before)
        body = .kind(changed)
        definition += node.data.json(.compact)
    }
}
