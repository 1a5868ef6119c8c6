import Jinja

/// Makes the workflow that an evaluation stands for: a loop over the cases for each variant and model, in which the variant
/// answers and `score` judges the answer. So an evaluation is run, recorded and resumed as every workflow is.
struct EvaluationReader {
    let decoding: Decoding

    /// No variant is called so.
    private static let casesStep = "_cases"
    private static let listCheck = "_list"
    private static let promptStep = "prompt"

    /// What a variant does for each case.
    private struct Work {
        /// Steps as they stand in the evaluation.
        var nodes: [YAMLNode] = []
        /// Steps of another workflow, which are done before these.
        var taken: [Step] = []
        /// Where the answer is found.
        var answer: YAMLNode?
        /// Whether the prompt that gave it takes it for valid.
        var isValid: YAMLNode?
        /// What an item of the loop is called in them.
        var itemName: String?
        /// Where the variant names them, or itself.
        var place = Place.start
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
        var nodes = [casesNode(cases), Self.listCheckNode(cases)]
        var works: [(work: Work, model: String?)] = []
        for (name, variant) in keys.variants {
            let work = work(of: variant, at: cases.place)
            check(work, keys.given)
            for input in work.source?.definition.inputs ?? []
            where !workflow.inputs.contains(where: { $0.key == input.key }) {
                workflow.inputs.append(input)
            }
            if let source = work.source, !evaluation.measured.contains(where: { $0.file == source.file }) {
                evaluation.measured.append(source)
            }
            let named = keys.models.isEmpty ? [nil] : keys.models.map(Optional.some)
            for (index, model) in named.enumerated() {
                let id = named.count > 1 ? "\(name)_\(index + 1)" : name
                evaluation.entries.append(Evaluation.Entry(stepID: id, variant: name, model: model))
                nodes.append(
                    loop(id, titled: model.map { "\(name), \($0)" }, work, keys, score: score, at: cases.place))
                works.append((work, model))
            }
        }
        guard !decoding.diagnostics.contains(where: { $0.severity == .error }) else { return (workflow, evaluation) }
        let list = YAMLNode(content: .sequence(nodes), place: place)
        let steps = FieldType<[Step]>.steps.decode(list, "variants", decoding) ?? []
        guard steps.count == works.count + 2 else { return (workflow, evaluation) }
        let given = keys.given.map(Self.count) ?? 0
        workflow.steps =
            steps.prefix(2)
            + zip(steps.dropFirst(2), works).map { step, entry in
                let definition = entry.work.source?.definition
                var loop = step.inserting(entry.work.taken, at: given)
                loop.foreach?.otherName = entry.work.itemName
                if let model = entry.model {
                    loop = loop.withoutModels.asking([model])
                } else {
                    loop = loop.asking(definition?.defaults.models ?? [])
                }
                return loop.measured(retry: definition?.defaults.retry)
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

    private func casesNode(_ cases: YAMLNode) -> YAMLNode {
        let id = YAMLNode.text(Self.casesStep, at: cases.place)
        switch cases.content {
        case .mapping: decoding.mismatch(cases, expected: "the path of a table or a list of cases", of: "cases")
        case .sequence: break
        case .scalar(let scalar):
            // With an expression in it, the path is known when it is run.
            let format = ReadStep.Format(fileExtension: String(scalar.text.split(separator: ".").last ?? ""))
            if !scalar.text.contains("${{"), !format.isTable {
                decoding.report(
                    "the cases come from a `.csv`, `.tsv`, `.json`, `.jsonl` or `.yaml` file, and `\(scalar.text)` is none",
                    at: cases.place, length: cases.underlined)
            }
            return .mapping(
                [("id", id), (ReadStep.key, .mapping([("path", cases)], at: cases.place))], at: cases.place)
        }
        let values = YAMLNode.mapping([("data", cases)], at: cases.place)
        return .mapping([("id", id), (SetStep.key, values)], at: cases.place)
    }

    private static func listCheckNode(_ cases: YAMLNode) -> YAMLNode {
        let data = "steps.\(casesStep).data"
        let isList = "\(data) is defined and \(data) is iterable and \(data) is not mapping and \(data) is not string"
        let message = "`cases` takes a list of cases, and \(cases.scalar?.text ?? "what stands there") holds none"
        let check = YAMLNode.mapping(
            [("that", .text(isList, at: cases.place)), ("message", .text(message, at: cases.place))], at: cases.place)
        return .mapping([("id", .text(listCheck, at: cases.place)), (CheckStep.key, check)], at: cases.place)
    }

    /// Whether the steps leave the names alone that the evaluation itself takes.
    private func check(_ work: Work, _ given: YAMLNode?) {
        var ids = work.taken.flatMap(\.idsInside).map { ($0, work.place) }
        if case .mapping(let entries)? = given?.content {
            ids += entries.compactMap { entry in entry.key.scalar.map { ($0.text, entry.key.place) } }
        }
        for (id, place) in ids where id == Evaluation.scoreStep {
            decoding.report(
                "the step that judges answers is called `\(id)`, so that no other one can be", at: place)
        }
    }

    private static func count(_ node: YAMLNode) -> Int {
        if case .mapping(let entries) = node.content { entries.count } else { 0 }
    }

    /// The step that goes through the cases with a variant and a model.
    private func loop(
        _ id: String, titled title: String?, _ work: Work, _ keys: EvaluationKeys, score: YAMLNode, at place: Place
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
        steps.append(scoreNode(score, of: work))
        var entries = [
            ("id", YAMLNode.text(id, at: place)), ("foreach", foreach),
            (StepKinds.nestedSteps, YAMLNode(content: .sequence(steps), place: place)),
        ]
        if let title { entries.append(("name", .text(title, at: place))) }
        return .mapping(entries, at: place)
    }

    /// The step that judges the answer, with what the user leaves to the evaluation.
    private func scoreNode(_ score: YAMLNode, of work: Work) -> YAMLNode {
        var score = score
        if case .mapping(var entries) = score.content {
            for (key, value) in [("answer", work.answer), ("valid", work.isValid)] {
                guard let value, !entries.contains(where: { $0.key.scalar?.text == key }) else { continue }
                entries.append(.init(key: .text(key, at: value.place), value: value))
            }
            score.content = .mapping(entries)
        }
        return .mapping(
            [("id", .text(Evaluation.scoreStep, at: score.place)), (ScoreStep.key, score)], at: score.place)
    }

    private func work(of variant: EvaluationVariant, at place: Place) -> Work {
        var work = Work()
        work.place = place
        work.answer = variant.answer
        if let steps = variant.steps {
            guard case .sequence(let nodes) = steps.content else {
                decoding.mismatch(steps, expected: "a list of steps", of: "steps")
                return work
            }
            if nodes.isEmpty { decoding.report("`steps` has no steps", at: steps.place) }
            work.nodes = nodes
        } else if let name = variant.workflow, let id = variant.step {
            take(id, of: name, variant, into: &work)
        } else if let prompt = variant.prompt {
            work.nodes = [
                .mapping(
                    [("id", .text(Self.promptStep, at: prompt.place)), (PromptStep.key, prompt)], at: prompt.place)
            ]
            judge(Self.promptStep, at: prompt.place, in: &work)
        }
        return work
    }

    /// Takes the answer of a prompt, where nothing else is named.
    private func judge(_ id: String, at place: Place, in work: inout Work) {
        guard work.answer == nil else { return }
        work.answer = .text(
            "${{ steps.\(id).data if steps.\(id).data is not none else steps.\(id).text }}", at: place)
        work.isValid = .text("steps.\(id).valid", at: place)
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
            guard called.definition.evaluation == nil else {
                decoding.report(
                    "`\(name.text)` is an evaluation, and only steps of workflows are measured", at: name.place,
                    length: name.text.count)
                return
            }
            work.source = called
            work.place = id.place
            guard var step = called.definition.step(id.text) else {
                decoding.report(
                    "the workflow `\(name.text)` has no step `\(id.text)`", at: id.place, length: id.text.count,
                    suggestion: nearest(id.text, among: called.definition.steps.flatMap(\.idsInside)))
                return
            }
            if let change = variant.prompt { step.change(prompt: change, decoding) }
            work.itemName = called.definition.itemName(around: id.text)
            if case .nested(let nested) = step.body { work.taken = nested } else { work.taken = [step.alone] }
            if work.answer == nil, !step.asksModel {
                decoding.report(
                    "`\(id.text)` of `\(name.text)` is no `prompt`: say by `answer` what is judged", at: id.place,
                    length: id.text.count)
            }
            judge(id.text, at: id.place, in: &work)
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
