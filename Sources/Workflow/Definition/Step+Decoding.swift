import Jinja
import OrderedCollections

extension FieldType where Held == [Step] {
    /// Far more than anyone writes by hand in one list.
    private static var mostSteps: Int { 1000 }

    /// A list of steps, each following the one before unless it says otherwise.
    static var steps: FieldType {
        FieldType(
            expected: "a list of steps", schema: ["type": "array", "items": ["$ref": "#/$defs/step"], "minItems": 1]
        ) {
            node, key, decoding in
            guard case .sequence(let nodes) = node.content else {
                decoding.mismatch(node, expected: "a list of steps", of: key)
                return nil
            }
            if nodes.isEmpty { decoding.report("`\(key)` has no steps", at: node.place) }
            guard nodes.count <= mostSteps else {
                decoding.report("`\(key)` has more than \(mostSteps) steps: use `foreach`", at: node.place)
                return nil
            }
            var steps: [Step] = []
            for node in nodes {
                guard var step = Step.decode(node, decoding) else { continue }
                if step.neededNames == nil, let previous = steps.last { step.needs = [previous.id] }
                steps.append(step)
            }
            return steps
        }
    }
}

extension Step {
    fileprivate static func decode(_ node: YAMLNode, _ decoding: Decoding) -> Step? {
        guard case .mapping(let entries) = node.content else {
            decoding.report(
                "a step is a mapping with an `id` and a kind, not \(node.kindName)", at: node.place,
                length: node.underlined)
            return nil
        }
        // A nested step is read in the middle of its parent: the parent's names wait.
        let parentNames = decoding.takeUsedNames()
        defer { decoding.note(parentNames) }

        var keys = StepKeys()
        var body: Body?
        var bodyKeys: [YAMLNode] = []
        var conditionNames: [UsedName] = []
        var outerNames: [UsedName] = []
        var innerNames: [UsedName] = []
        var given: Set<String> = []
        var hasUnknownKey = false
        for entry in entries {
            let key = entry.key.scalar?.text ?? ""
            if let field = StepKeys.fields.first(where: { $0.key == key }) {
                given.insert(key)
                if field.isLeftEmpty(entry.value) {
                    decoding.report(
                        "`\(key)` takes \(field.expected), but nothing follows it", at: entry.key.place,
                        length: entry.key.underlined)
                } else {
                    field.read(entry.value, &keys, decoding)
                }
                switch key {
                case "if": conditionNames += decoding.takeUsedNames()
                case "foreach":
                    let names = decoding.takeUsedNames()
                    // The key is asked for each item, the list only once.
                    if let foreach = keys.foreach, let key = foreach.key {
                        outerNames += foreach.items.usedNames
                        innerNames += key.usedNames
                    } else {
                        outerNames += names
                    }
                default: innerNames += decoding.takeUsedNames()
                }
            } else if let read = bodyReader(for: key) {
                bodyKeys.append(entry.key)
                if entry.value.isNull {
                    decoding.report(
                        "nothing follows `\(key)`", at: entry.key.place, length: entry.key.underlined)
                } else if let decoded = read(entry.value, decoding) {
                    body = decoded
                }
                innerNames += decoding.takeUsedNames()
            } else {
                hasUnknownKey = true
                let meant = nearest(key, among: StepKeys.fields.map(\.key) + bodyNames)
                decoding.report(
                    "a step has no key `\(key)`", at: entry.key.place, length: entry.key.underlined, suggestion: meant)
                // The key that is meant is there, though misspelt: that it is missing would be one mistake told twice.
                if let meant { given.insert(meant) }
                if meant == "foreach" { keys.foreach = Foreach() }
            }
        }
        if !given.contains("id") { decoding.report("the step needs the key `id`", at: node.place) }
        if bodyKeys.count > 1 {
            let names = bodyKeys.compactMap { $0.scalar.map { "`\($0.text)`" } }.joined(separator: " and ")
            decoding.report(
                "a step does one thing, and this one has \(names): make two steps", at: bodyKeys[1].place,
                length: bodyKeys[1].underlined)
        } else if bodyKeys.isEmpty, !hasUnknownKey {
            let names = bodyNames.map { "`\($0)`" }.joined(separator: ", ")
            decoding.report("the step does nothing: it needs one of \(names)", at: node.place)
        }
        if case .nested(let nested) = body, !keys.models.isEmpty {
            let models = keys.models
            body = .nested(nested.map { $0.asking(models) })
        }
        // What is broken inside is reported already; an empty body keeps the rest checkable.
        return Step(
            id: keys.id, name: keys.name, needs: keys.needs?.map(\.text) ?? [], condition: keys.condition,
            foreach: keys.foreach, retry: keys.retry, timeLimit: keys.timeLimit,
            continuesOnError: keys.continuesOnError, models: keys.models, body: body ?? .nested([]), place: node.place,
            definition: Self.definition(entries), loopDefinition: Self.loopDefinition(entries),
            isBroken: body == nil || bodyKeys.count != 1 || (given.contains("foreach") && !isThere("foreach", entries)),
            neededNames: keys.needs, conditionNames: conditionNames, outerNames: outerNames, innerNames: innerNames)
    }

    /// What the entries say, but for what has no part in the result.
    private static func definition(_ entries: [YAMLNode.Entry]) -> String {
        let said = entries.compactMap { entry -> (String, Value)? in
            guard let key = entry.key.scalar?.text, !keysOutsideDefinition.contains(key) else { return nil }
            guard key == "foreach" else { return (key, entry.value.data) }
            // Items are told apart by what they are, wherever they come from.
            return (key, entry.value.data.mapping?["as"] ?? .null)
        }
        return Value.mapping(Mapping(said, uniquingKeysWith: { first, _ in first })).json(.compact)
    }

    private static func loopDefinition(_ entries: [YAMLNode.Entry]) -> String {
        guard let foreach = entries.first(where: { $0.key.scalar?.text == "foreach" })?.value.data else { return "" }
        guard let keys = foreach.mapping else { return foreach.json(.compact) }
        return Value.mapping(keys.filter { ["items", "key"].contains($0.key) }).json(.compact)
    }

    /// Nested steps have definitions of their own.
    private static let keysOutsideDefinition: Set<String> = [
        "id", "name", "needs", "retry", "timeout", "continue_on_error", StepKinds.nestedSteps,
    ]

    private static func isThere(_ key: String, _ entries: [YAMLNode.Entry]) -> Bool {
        entries.contains { $0.key.scalar?.text == key }
    }

    private static var bodyNames: [String] { StepKinds.all.map { $0.key } + [StepKinds.nestedSteps] }

    private static func bodyReader(for key: String) -> ((YAMLNode, Decoding) -> Body?)? {
        if key == StepKinds.nestedSteps {
            return { node, decoding in FieldType<[Step]>.steps.decode(node, key, decoding).map { .nested($0) } }
        }
        guard let kind = StepKinds.all.first(where: { $0.key == key }) else { return nil }
        return { node, decoding in read(kind, node, decoding) }
    }

    private static func read<Kind: StepKind>(
        _ kind: Kind.Type, _ node: YAMLNode, _ decoding: Decoding
    ) -> Body? {
        Kind.decode(node, key: Kind.key, decoding).map { .kind($0) }
    }
}

extension Step {
    /// The same step with the models of the step around it, where it has none of its own.
    func asking(_ outer: [TemplatedText]) -> Step {
        guard models.isEmpty else { return self }
        var step = self
        step.models = outer
        step.inheritedReferences = outer.flatMap(\.usedNames).map(\.reference)
        if case .nested(let nested) = body { step.body = .nested(nested.map { $0.asking(outer) }) }
        return step
    }
}
