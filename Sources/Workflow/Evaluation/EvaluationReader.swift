import Jinja

/// Makes the workflow that an evaluation stands for: a loop over the cases for each variant and model, in which the variant
/// answers and `score` judges the answer. So an evaluation is run, recorded and resumed as every workflow is.
struct EvaluationReader {
    let decoding: Decoding

    private static let casesStep = "cases"
    private static let promptStep = "prompt"

    /// What a variant does for each case.
    private struct Work {
        /// Steps as they stand in the evaluation.
        var nodes: [YAMLNode] = []
        /// Steps of another workflow, which are done before these.
        var taken: [Step] = []
        /// Where the answer is found.
        var answer: YAMLNode?
        /// The models of the other workflow.
        var models: [String] = []
        var source: CalledWorkflow?
    }

    func read(_ entries: [YAMLNode.Entry], at place: Place) -> (workflow: WorkflowKeys, evaluation: Evaluation) {
        let keys = EvaluationKeys.decode(entries, at: place, named: "the evaluation", decoding)
        var workflow = WorkflowKeys()
        var evaluation = Evaluation(entries: [], requirements: keys.requirements, measured: [])
        workflow.name = keys.name
        workflow.explanation = keys.explanation
        workflow.inputs = keys.inputs + [(EvaluationKeys.limitInput, Self.limitInput(keys.limit))]
        workflow.defaults = keys.defaults
        workflow.timeLimit = keys.timeLimit
        // What follows is made of parts that must be there.
        guard !decoding.diagnostics.contains(where: { $0.severity == .error }), let cases = keys.cases,
            let score = keys.score
        else {
            return (workflow, evaluation)
        }
        var nodes = [Self.casesNode(cases, decoding)]
        var insertions: [[Step]] = [[]]
        var models: [[String]] = [[]]
        for (name, variant) in keys.variants {
            let work = work(of: variant)
            if let source = work.source, !evaluation.measured.contains(where: { $0.file == source.file }) {
                evaluation.measured.append(source)
            }
            let named = keys.models.isEmpty ? [nil] : keys.models.map(Optional.some)
            for (index, model) in named.enumerated() {
                let id = named.count > 1 ? "\(name)_\(index + 1)" : name
                evaluation.entries.append(Evaluation.Entry(stepID: id, variant: name, model: model))
                nodes.append(loop(id, work, keys, score: score, at: cases.place))
                insertions.append(model == nil ? work.taken : work.taken.map(\.withoutModels))
                models.append(model.map { [$0] } ?? work.models)
            }
        }
        guard !decoding.diagnostics.contains(where: { $0.severity == .error }) else { return (workflow, evaluation) }
        let list = YAMLNode(content: .sequence(nodes), place: place)
        let steps = FieldType<[Step]>.steps.decode(list, "variants", decoding) ?? []
        guard steps.count == insertions.count else { return (workflow, evaluation) }
        let given = keys.given.map(Self.count) ?? 0
        workflow.steps = steps.enumerated().map { index, step in
            step.inserting(insertions[index], at: given).asking(models[index])
        }
        _ = decoding.takeUsedNames()
        workflow.outputs = outputs(of: evaluation, at: place)
        return (workflow, evaluation)
    }

    private static func limitInput(_ limit: Int?) -> InputDeclaration {
        var input = InputDeclaration()
        input.kind = .integer
        input.minimum = 1
        input.explanation = "How many cases are taken."
        input.defaultValue = .constant(limit.map { .integer($0) } ?? .null)
        return input
    }

    private static func casesNode(_ cases: YAMLNode, _ decoding: Decoding) -> YAMLNode {
        let id = YAMLNode.text(casesStep, at: cases.place)
        guard cases.scalar != nil else {
            let values = YAMLNode.mapping([("data", cases)], at: cases.place)
            return .mapping([("id", id), (SetStep.key, values)], at: cases.place)
        }
        return .mapping(
            [("id", id), (ReadStep.key, .mapping([("path", cases)], at: cases.place))], at: cases.place)
    }

    private static func count(_ node: YAMLNode) -> Int {
        if case .mapping(let entries) = node.content { entries.count } else { 0 }
    }

    /// The step that goes through the cases with a variant and a model.
    private func loop(
        _ id: String, _ work: Work, _ keys: EvaluationKeys, score: YAMLNode, at place: Place
    ) -> YAMLNode {
        let foreach = YAMLNode.mapping(
            [
                (
                    "items",
                    .text("${{ steps.\(Self.casesStep).data[:inputs.\(EvaluationKeys.limitInput)] }}", at: place)
                ),
                ("on_error", .text(Foreach.ErrorPolicy.continue.rawValue, at: place)),
                ("max_parallel", .number(keys.maxParallel, at: place)),
            ], at: place)
        var steps: [YAMLNode] = []
        if case .mapping(let given)? = keys.given?.content {
            steps = given.map { .mapping([("id", $0.key), (SetStep.key, $0.value)], at: $0.key.place) }
        }
        steps += work.nodes
        steps.append(scoreNode(score, answer: work.answer))
        return .mapping(
            [
                ("id", .text(id, at: place)), ("foreach", foreach),
                (StepKinds.nestedSteps, YAMLNode(content: .sequence(steps), place: place)),
            ], at: place)
    }

    private func scoreNode(_ score: YAMLNode, answer: YAMLNode?) -> YAMLNode {
        var score = score
        if case .mapping(var entries) = score.content, let answer,
            !entries.contains(where: { $0.key.scalar?.text == "answer" })
        {
            entries.insert(.init(key: .text("answer", at: answer.place), value: answer), at: 0)
            score.content = .mapping(entries)
        }
        return .mapping(
            [("id", .text(Evaluation.scoreStep, at: score.place)), (ScoreStep.key, score)], at: score.place)
    }

    private func work(of variant: EvaluationVariant) -> Work {
        var work = Work()
        work.answer = variant.answer
        if let steps = variant.steps {
            guard case .sequence(let nodes) = steps.content else {
                decoding.mismatch(steps, expected: "a list of steps", of: "steps")
                return work
            }
            work.nodes = nodes
        } else if let name = variant.workflow, let id = variant.step {
            take(id, of: name, variant, into: &work)
        } else if let prompt = variant.prompt {
            work.nodes = [
                .mapping(
                    [("id", .text(Self.promptStep, at: prompt.place)), (PromptStep.key, prompt)], at: prompt.place)
            ]
            work.answer = work.answer ?? Self.answer(of: Self.promptStep, at: prompt.place)
        }
        return work
    }

    private static func answer(of id: String, at place: Place) -> YAMLNode {
        .text("${{ steps.\(id).data if steps.\(id).data is not none else steps.\(id).text }}", at: place)
    }

    /// Takes a step out of another workflow.
    private func take(
        _ id: PlacedText, of name: PlacedText, _ variant: EvaluationVariant, into work: inout Work
    ) {
        guard let library = decoding.library else {
            decoding.report("no other workflow can be found from here", at: name.place, length: name.text.count)
            return
        }
        do {
            let called = try library.open(name.text)
            work.source = called
            work.models = called.definition.defaults.models
            guard var step = called.definition.step(id.text) else {
                decoding.report(
                    "the workflow `\(name.text)` has no step `\(id.text)`", at: id.place, length: id.text.count,
                    suggestion: nearest(id.text, among: called.definition.steps.flatMap(\.idsInside)))
                return
            }
            if let change = variant.prompt { step.change(prompt: change, decoding) }
            if case .nested(let nested) = step.body {
                work.taken = nested
            } else {
                step.foreach = nil
                step.condition = nil
                step.needs = []
                step.neededNames = nil
                work.taken = [step]
            }
            if work.answer == nil {
                if !step.asksModel {
                    decoding.report(
                        "`\(id.text)` of `\(name.text)` is no `prompt`: say by `answer` what is judged", at: id.place,
                        length: id.text.count)
                }
                work.answer = Self.answer(of: id.text, at: id.place)
            }
        } catch {
            decoding.report(error.message, at: name.place, length: name.text.count)
        }
    }

    /// How many cases were right, for each variant and model.
    private func outputs(of evaluation: Evaluation, at place: Place) -> TemplatedValue {
        let node = YAMLNode.mapping(
            evaluation.entries.map { entry in
                let path = "steps.\(entry.stepID)"
                let right = #"\#(path).items | selectattr("\#(Evaluation.scoreStep).right") | list | length"#
                return (
                    entry.stepID,
                    .mapping(
                        [
                            ("cases", .text("${{ \(path).count }}", at: place)),
                            ("right", .text("${{ \(right) }}", at: place)),
                        ], at: place)
                )
            }, at: place)
        return FieldType<TemplatedValue>.mapping.decode(node, "outputs", decoding) ?? .mapping([])
    }
}
