import Jinja

/// Checks that every name in the expressions of a workflow is there when the expression is computed.
struct ReferenceCheck {
    let decoding: Decoding
    /// What expressions may call.
    let functions: Set<String>
    /// Whether the steps do the same in several ways, as those of an evaluation, so that ids are the same in them.
    let areComparisons: Bool

    /// - Parameters:
    ///   - inputs: `nil` where they could not be read.
    ///   - stepsAreWhole: whether every step was read.
    ///   - failureStepsAreWhole: whether every step of `on_failure` was read.
    func check(
        _ keys: WorkflowKeys, inputs: [(key: String, value: InputDeclaration)]?, stepsAreWhole: Bool,
        failureStepsAreWhole: Bool, outputNames: [UsedName]
    ) {
        let repeated = repeatedIDs(keys)
        let steps = keys.steps.map { $0.distrusting(repeated) }
        checkFailureSteps(
            keys.failureSteps.map { $0.distrusting(repeated) }, beside: steps, areWhole: failureStepsAreWhole,
            in: Scope(inputs: inputs))
        var scope = Scope(inputs: inputs)
        scope.takesUnknownSteps = !stepsAreWhole || Self.hasNameless(steps)
        check(steps, in: scope)
        for step in steps { scope.steps[step.id] = step.outputShape }
        for step in steps { noteNested(of: step, in: &scope) }
        for name in outputNames { check(name, in: scope) }
    }

    /// What is done after a failure knows of the run, and not what came of its steps.
    private func checkFailureSteps(_ steps: [Step], beside main: [Step], areWhole: Bool, in outer: Scope) {
        var scope = outer
        scope.names["run"] = .mapping(RunNames.run + RunNames.failedRun)
        scope.takesUnknownSteps = !areWhole || Self.hasNameless(steps)
        for step in main {
            scope.unreachable[step.id] = "may not have come to its end: `on_failure` finds the reason as `run.error`"
            noteNested(of: step, in: &scope)
        }
        check(steps, in: scope)
    }

    private static func hasNameless(_ steps: [Step]) -> Bool {
        steps.contains { step in
            guard !step.id.isEmpty else { return true }
            if case .nested(let nested) = step.body { return hasNameless(nested) }
            return false
        }
    }

    private func repeatedIDs(_ keys: WorkflowKeys) -> Set<String> {
        guard areComparisons else {
            var ids: [String: Place] = [:]
            return repeatedIDs(keys.steps, &ids).union(repeatedIDs(keys.failureSteps, &ids))
        }
        // Each of them stands for itself: what is in it may be called as what is in the others, and as they are.
        return keys.steps.reduce(into: []) { repeated, step in
            guard case .nested(let nested) = step.body else { return }
            var own: [String: Place] = [:]
            repeated.formUnion(repeatedIDs(nested, &own))
        }
    }

    /// Reports ids that are taken, and returns them.
    private func repeatedIDs(_ steps: [Step], _ ids: inout [String: Place]) -> Set<String> {
        var repeated: Set<String> = []
        for step in steps {
            if !step.id.isEmpty, let first = ids.updateValue(step.place, forKey: step.id) {
                decoding.report(
                    "the id `\(step.id)` is taken by the step in line \(first.line)", at: step.place)
                repeated.insert(step.id)
            }
            if case .nested(let nested) = step.body { repeated.formUnion(repeatedIDs(nested, &ids)) }
        }
        return repeated
    }

    private func check(_ steps: [Step], in outer: Scope) {
        let order = StepOrder(steps, decoding)
        let ids = Set(steps.map(\.id))
        for step in steps {
            var scope = outer
            let before = order.ancestors[step.id] ?? []
            // Whom a misspelt name means is not known: it may be any.
            let waitsForUnknown = step.needs.contains { !ids.contains($0) }
            for other in steps where other.id != step.id {
                if before.contains(other.id) {
                    scope.steps[other.id] = other.outputShape
                } else if waitsForUnknown {
                    scope.steps[other.id] = .any
                } else {
                    scope.unreachable[other.id] = reason(other, isOutOfReachOf: step, in: steps, order)
                }
                noteNested(of: other, in: &scope)
            }
            scope.unreachable[step.id] = "is this very step"
            scope.isCondition = true
            for name in step.conditionNames { check(name, in: scope) }
            scope.isCondition = false
            for name in step.outerNames { check(name, in: scope) }
            if let foreach = step.foreach {
                checkItems(of: foreach, in: scope)
                scope.names[foreach.itemName] = itemShape(of: foreach, in: scope)
                if let other = foreach.otherName { scope.names[other] = scope.names[foreach.itemName] }
                scope.names["index"] = .integer
                if foreach.itemName != "item" { scope.renamed["item"] = foreach.itemName }
            }
            if case .kind(is ScoreStep) = step.body {
                for name in ScoreStep.namesOfCheck { scope.names[name] = .any }
            }
            for name in step.innerNames { check(name, in: scope) }
            if case .nested(let nested) = step.body {
                scope.unreachable[step.id] = "is around this step, and not finished"
                check(nested, in: scope)
            }
        }
    }

    private func reason(_ other: Step, isOutOfReachOf step: Step, in steps: [Step], _ order: StepOrder) -> String {
        if order.ancestors[other.id]?.contains(step.id) == true { return "comes after `\(step.id)`" }
        let needs = (step.needs + [other.id]).joined(separator: ", ")
        return "is not waited for by `\(step.id)`: write `needs: [\(needs)]`"
    }

    /// Nested steps are found through their parent only.
    private func noteNested(of step: Step, in scope: inout Scope) {
        guard case .nested(let nested) = step.body else { return }
        let way = step.foreach == nil ? "steps.\(step.id)" : "steps.\(step.id).items[…]"
        for inner in nested {
            scope.unreachable[inner.id] = "is inside `\(step.id)`: write `\(way).\(inner.id)`"
            noteNested(of: inner, in: &scope)
        }
    }

    /// What is known of an item, where `items` simply names an output of a step.
    private func itemShape(of foreach: Foreach, in scope: Scope) -> Shape {
        switch foreach.items {
        case .mapping: return Foreach.entryShape
        case .expression(let expression, _):
            switch shape(of: expression, in: scope) {
            case .list(let element): return element
            case .mapping: return Foreach.entryShape
            default: return .any
            }
        default: return .any
        }
    }

    /// Whether `items` names something that is known to be no list and no mapping.
    private func checkItems(of foreach: Foreach, in scope: Scope) {
        guard case .expression(let expression, let origin) = foreach.items, let path = expression.plainPath else {
            return
        }
        let shape = shape(of: expression, in: scope)
        switch shape {
        case .any, .list, .mapping: return
        case .text, .integer, .number, .boolean:
            let name = ([path.name] + path.keys).joined(separator: ".")
            decoding.report(
                origin.diagnostic(
                    atOffset: expression.references.first?.offset ?? 0, length: name.utf8.count,
                    message: "`foreach` goes through a list or a mapping, and `\(name)` is a \(shape.typeName)"))
        }
    }

    /// What is known of an expression that is nothing but a path.
    private func shape(of expression: Expression, in scope: Scope) -> Shape {
        guard let path = expression.plainPath, var shape = scope.shape(of: path.name) else { return .any }
        for key in path.keys {
            guard case .mapping(let members) = shape, let member = members.first(where: { $0.name == key }) else {
                return .any
            }
            shape = member.shape
        }
        return shape
    }

    private func check(_ used: UsedName, in scope: Scope) {
        let reference = used.reference
        if scope.isCondition, reference.isCalled, StatusFunction.isName(reference.name) { return }
        guard var shape = scope.shape(of: reference.name) else {
            guard !functions.contains(reference.name), !reference.isGuarded, reference.given == 0 else { return }
            report(
                unknown(reference.name, isCalled: reference.isCalled, in: scope), used, offset: reference.offset,
                length: reference.name.utf8.count, suggestion: near(reference, in: scope))
            return
        }
        var path = reference.name
        // `default` and `is defined` deal with the last key only: what is before it must be there.
        for (index, segment) in (reference.isGuarded ? reference.path.dropLast() : reference.path[...]).enumerated() {
            let isGiven = index < reference.given
            switch (segment.key, shape) {
            case (.name(let key), .mapping(let members)):
                guard let member = members.first(where: { $0.name == key }) else {
                    if isGiven { return }
                    reportMissing(key, of: path, members, used, segment, in: scope)
                    return
                }
                shape = member.shape
                path += ".\(key)"
            case (.index, .list(let element)):
                shape = element
                path += "[…]"
            case (.name(let key), _) where segment.isCalled:
                guard let methods = shape.methodNames, !methods.contains(key) else { return }
                report(
                    "`\(path)` is a \(shape.typeName) and has no method `\(key)`", used, offset: segment.offset,
                    length: segment.length, suggestion: nearest(key, among: methods))
                return
            case (.index, .mapping) where isGiven, (.name, .list) where isGiven: return
            case (.name(let key), .text), (.name(let key), .integer), (.name(let key), .number),
                (.name(let key), .boolean):
                report(
                    "`\(path)` is a \(shape.typeName) and has no `\(key)`", used, offset: segment.offset,
                    length: segment.length)
                return
            case (.index, .mapping(let members)):
                let names = members.map { "`\($0.name)`" }.joined(separator: ", ")
                report(
                    "`\(path)` is a mapping: name one of its keys" + (names.isEmpty ? "" : ", \(names)"), used,
                    offset: segment.offset, length: segment.length)
                return
            case (.name(let key), .list):
                report(
                    "`\(path)` is a list and has no `\(key)`: name an element first, as in `\(path)[0].\(key)`, or use `| map(attribute=\"\(key)\")`",
                    used, offset: segment.offset, length: segment.length)
                return
            default: return
            }
        }
    }

    private func near(_ reference: Reference, in scope: Scope) -> String? {
        guard reference.isCalled else {
            return scope.renamed[reference.name]
                ?? nearest(reference.name, among: scope.names.keys.sorted() + ["steps"])
        }
        let status = scope.isCondition ? StatusFunction.allCases.map(\.rawValue) : []
        return nearest(reference.name, among: functions.sorted() + status)
    }

    private func unknown(_ name: String, isCalled: Bool, in scope: Scope) -> String {
        if StatusFunction.isName(name) {
            return scope.isCondition
                ? "`\(name)` is a function: write `\(name)()`" : "`\(name)()` is known in `if` only"
        }
        if let other = scope.renamed[name] { return "`\(name)` is called `\(other)` here, by `as`" }
        if name == "item" || name == "index" { return "`\(name)` is known inside a `foreach` only" }
        if scope.steps[name] != nil { return "`\(name)` is a step: write `steps.\(name)`" }
        if isCalled { return "there is no function `\(name)`" }
        let known = (scope.names.keys.sorted() + ["steps"]).map { "`\($0)`" }.joined(separator: ", ")
        return "nothing is called `\(name)` here; there are \(known)"
    }

    private func reportMissing(
        _ key: String, of path: String, _ members: [Shape.Member], _ used: UsedName, _ segment: Reference.Segment,
        in scope: Scope
    ) {
        guard !segment.isCalled else { return }
        let message: String
        if path == "steps" {
            if scope.takesUnknownSteps, scope.unreachable[key] == nil { return }
            let hint = areComparisons ? " here: say under `given` what it would have given" : ""
            message = scope.unreachable[key].map { "the step `\(key)` \($0)" } ?? "there is no step `\(key)`\(hint)"
        } else if path == "inputs" {
            message = "the workflow has no input `\(key)`"
        } else {
            let names = members.map { "`\($0.name)`" }.joined(separator: ", ")
            message = "`\(path)` has no `\(key)`" + (names.isEmpty ? "" : "; it has \(names)")
        }
        let candidates = members.map(\.name)
        report(
            message, used, offset: segment.offset, length: segment.length,
            suggestion: path == "steps" && scope.unreachable[key] != nil ? nil : nearest(key, among: candidates))
    }

    private func report(
        _ message: String, _ used: UsedName, offset: Int, length: Int, suggestion: String? = nil
    ) {
        decoding.report(
            used.origin.diagnostic(atOffset: offset, length: length, message: message, suggestion: suggestion))
    }
}

extension Step {
    /// The same, with nothing said about what the steps of these ids give.
    fileprivate func distrusting(_ ids: Set<String>) -> Step {
        guard !ids.isEmpty else { return self }
        var step = self
        if ids.contains(id) { step.isBroken = true }
        if case .nested(let nested) = body { step.body = .nested(nested.map { $0.distrusting(ids) }) }
        return step
    }
}
