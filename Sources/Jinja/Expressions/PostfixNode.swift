/// A value and what follows it: `.name`, `[…]`, calls, filters and tests, in order.
final class PostfixNode: ExpressionNode {
    let base: any ExpressionNode
    let operations: [any PostfixOperation]
    var place: SourceRange { base.place }

    init(_ base: any ExpressionNode, _ operations: [any PostfixOperation]) {
        self.base = base
        self.operations = operations
    }

    /// The call that ends the chain, where one does.
    var lastCall: CallOperation? { operations.last as? CallOperation }

    func evaluate(_ renderer: Renderer) throws(TemplateError) -> Value {
        try evaluate(renderer, extra: nil)
    }

    /// - Parameter extra: A `caller` for the call that ends the chain.
    func evaluate(_ renderer: Renderer, extra caller: Value?) throws(TemplateError) -> Value {
        var value = try renderer.value(base)
        var index = 0
        while index < operations.count {
            try apply(&index, to: &value, caller, renderer)
        }
        return value
    }

    private func apply(
        _ index: inout Int, to value: inout Value, _ caller: Value?, _ renderer: Renderer
    ) throws(TemplateError) {
        let operation = operations[index]
        do throws(TemplateError) {
            try renderer.step()
            if let call = methodCall(at: index) {
                index += 1
                try callMethod(call, at: index - 1, of: &value, isLast(index) ? caller : nil, renderer)
            } else {
                value = try operation.apply(to: value, owner(before: operation), isLast(index) ? caller : nil, renderer)
            }
            index += 1
        } catch {
            throw error.at(operation.place)
        }
    }

    private func isLast(_ index: Int) -> Bool { index == operations.count - 1 }

    private func methodCall(at index: Int) -> CallOperation? {
        guard index + 1 < operations.count, operations[index] is AttributeOperation else { return nil }
        return operations[index + 1] as? CallOperation
    }

    /// The source of everything before an operation, for messages.
    private func owner(before operation: any PostfixOperation) -> SourceRange? {
        let end = operation.place.offset
        return end > base.place.offset ? SourceRange(offset: base.place.offset, length: end - base.place.offset) : nil
    }

    private func callMethod(
        _ call: CallOperation, at index: Int, of value: inout Value, _ caller: Value?, _ renderer: Renderer
    ) throws(TemplateError) {
        guard let attribute = operations[index] as? AttributeOperation else { return }
        if renderer.isMethod(attribute.name, of: value) {
            let arguments = try renderer.arguments(call.arguments)
            value = try run(attribute.name, arguments, at: index, of: &value, renderer)
        } else {
            let owner = owner(before: attribute)
            let function = try renderer.attribute(attribute.name, of: value, owner, attribute.place)
            value = try call.apply(to: function, owner, caller, renderer)
        }
    }

    private func run(
        _ name: String, _ arguments: Arguments, at index: Int, of value: inout Value, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        if MutatingMethod.names.contains(name), let method = MutatingMethod(name, of: value),
            let base = base as? NameNode, let keys = try accessPath(upTo: index, renderer)
        {
            // The value is let go first, so that it can be changed in place.
            value = .null
            return try renderer.mutate(base.name, keys[...], operations[index].place) {
                (target) throws(TemplateError) in
                try method(&target, arguments, renderer)
            }
        }
        return try renderer.callMethod(name, of: value, arguments, operations[index + 1].place)
    }

    /// The keys that lead from the name to the value whose method is called; `nil` where there is more than access.
    private func accessPath(upTo end: Int, _ renderer: Renderer) throws(TemplateError) -> [Value]? {
        var keys: [Value] = []
        for operation in operations[..<end] {
            switch operation {
            case let attribute as AttributeOperation: keys.append(.string(attribute.name))
            case let item as ItemOperation: keys.append(try renderer.value(item.key))
            default: return nil
            }
        }
        return keys
    }

    func analyse(_ analysis: inout NameAnalysis) {
        if let name = base as? NameNode {
            analysis.use(name, operations: operations[...])
        } else {
            base.analyse(&analysis)
        }
        for operation in operations { operation.analyse(&analysis) }
    }
}
