import Jinja

/// Checks that every name in the expressions of a workflow is there when the expression is computed.
struct ReferenceCheck {
    let decoding: Decoding
    /// What expressions may call.
    let functions: Set<String>

    func check(_ keys: WorkflowKeys, outputNames: [UsedName]) {
        var ids: [String: Place] = [:]
        reportRepeatedIDs(keys.steps, &ids)
        var scope = Scope(inputs: keys.inputs)
        check(keys.steps, in: scope)
        for step in keys.steps { scope.steps[step.id] = step.outputShape }
        for step in keys.steps { noteNested(of: step, in: &scope) }
        for name in outputNames { check(name, in: scope) }
    }

    private func reportRepeatedIDs(_ steps: [Step], _ ids: inout [String: Place]) {
        for step in steps {
            if !step.id.isEmpty, let first = ids.updateValue(step.place, forKey: step.id) {
                decoding.report(
                    "the id `\(step.id)` is taken by the step in line \(first.line)", at: step.place)
            }
            if case .nested(let nested) = step.body { reportRepeatedIDs(nested, &ids) }
        }
    }

    private func check(_ steps: [Step], in outer: Scope) {
        let order = StepOrder(steps, decoding)
        for step in steps {
            var scope = outer
            let before = order.ancestors[step.id] ?? []
            for other in steps where other.id != step.id {
                if before.contains(other.id) {
                    scope.steps[other.id] = other.outputShape
                } else {
                    scope.unreachable[other.id] = reason(other, isOutOfReachOf: step, in: steps, order)
                }
                noteNested(of: other, in: &scope)
            }
            scope.unreachable[step.id] = "is this very step"
            for name in step.outerNames { check(name, in: scope) }
            if let foreach = step.foreach {
                scope.names[foreach.itemName] = itemShape(of: foreach, in: scope)
                scope.names["index"] = .integer
            }
            for name in step.innerNames { check(name, in: scope) }
            if case .nested(let nested) = step.body { check(nested, in: scope) }
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
        guard case .expression(let expression, _) = foreach.items, let path = expression.plainPath,
            var shape = scope.shape(of: path.name)
        else { return .any }
        for key in path.keys {
            guard case .mapping(let members) = shape, let member = members.first(where: { $0.name == key }) else {
                return .any
            }
            shape = member.shape
        }
        if case .list(let element) = shape { return element } else { return .any }
    }

    private func check(_ used: UsedName, in scope: Scope) {
        let reference = used.reference
        guard var shape = scope.shape(of: reference.name) else {
            guard !functions.contains(reference.name), !reference.isGuarded else { return }
            report(
                unknown(reference.name, in: scope), used, offset: reference.offset, length: reference.name.utf8.count,
                suggestion: nearest(reference.name, among: scope.names.keys.sorted() + ["steps"]))
            return
        }
        var path = reference.name
        // `default` and `is defined` deal with the last key only: what is before it must be there.
        for segment in reference.isGuarded ? reference.path.dropLast() : reference.path[...] {
            switch (segment.key, shape) {
            case (.name(let key), .mapping(let members)):
                guard let member = members.first(where: { $0.name == key }) else {
                    reportMissing(key, of: path, members, used, segment, in: scope)
                    return
                }
                shape = member.shape
                path += ".\(key)"
            case (.index, .list(let element)):
                shape = element
                path += "[…]"
            case (.name, .list) where segment.isCalled, (.name, .mapping) where segment.isCalled: return
            case (.name(let key), .list):
                report(
                    "`\(path)` is a list and has no `\(key)`: name an element first, as in `\(path)[0].\(key)`, or use `| map(attribute=\"\(key)\")`",
                    used, offset: segment.offset, length: segment.length)
                return
            default: return
            }
        }
    }

    private func unknown(_ name: String, in scope: Scope) -> String {
        if name == "item" || name == "index" { return "`\(name)` is known inside a `foreach` only" }
        if scope.steps[name] != nil { return "`\(name)` is a step: write `steps.\(name)`" }
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
            message = scope.unreachable[key].map { "the step `\(key)` \($0)" } ?? "there is no step `\(key)`"
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
