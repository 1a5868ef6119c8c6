import OrderedCollections

/// A method that was looked up without being called.
struct BoundMethod {
    let name: String
    let receiver: Value
}

extension Renderer {
    // What can lead back into a template is split from the rest: it must need little stack.

    func arguments(_ nodes: CallArguments, caller: Value? = nil) throws(TemplateError) -> Arguments {
        var positional: [Value] = []
        positional.reserveCapacity(nodes.positional.count)
        for node in nodes.positional { positional.append(try value(node)) }
        if nodes.arePositional, caller == nil { return Arguments(positional: positional) }
        return try arguments(nodes, caller, positional)
    }

    private func arguments(
        _ nodes: CallArguments, _ caller: Value?, _ positional: [Value]
    ) throws(TemplateError) -> Arguments {
        var arguments = Arguments(positional: positional)
        for argument in nodes.named { arguments.named[argument.name] = try value(argument.value) }
        if let node = nodes.list { arguments.positional += try items(of: try value(node)) }
        if let node = nodes.mapping { try add(try value(node), to: &arguments, node.place) }
        if let caller { arguments.named["caller"] = caller }
        return arguments
    }

    private func add(_ more: Value, to arguments: inout Arguments, _ place: SourceRange) throws(TemplateError) {
        try refuseUndefined(more)
        guard case .mapping(let entries) = more else {
            throw TemplateError(.type, "`**` needs a mapping, not \(more.kindPhrase)", at: place)
        }
        for (name, value) in entries {
            if arguments.named.updateValue(value, forKey: name) != nil {
                throw TemplateError(.argument, "the argument `\(name)` is given twice", at: place)
            }
        }
    }

    func call(_ function: Value, _ arguments: Arguments, _ place: SourceRange) throws(TemplateError) -> Value {
        if case .transient(let handle) = function {
            switch handle.kind {
            case .macro: return try callMacro(handle.index, arguments)
            case .loop: return try callLoop(handle.index, arguments)
            default: return try call(handle, arguments, place)
            }
        }
        return try callFunction(function, arguments, place)
    }

    private func callFunction(
        _ function: Value, _ arguments: Arguments, _ place: SourceRange
    ) throws(TemplateError) -> Value {
        guard case .callable(let callable) = function else {
            try refuseUndefined(function)
            throw TemplateError(.type, "\(function.kindPhrase) cannot be called")
        }
        switch callable.implementation {
        case .builtin(let builtin): return try call(builtin, arguments)
        case .body(let body):
            for value in arguments.positional { try refuseUndefined(value) }
            for value in arguments.named.values { try refuseUndefined(value) }
            do throws(CallError) {
                return try body(arguments)
            } catch {
                throw TemplateError(error.code, error.message, at: place)
            }
        }
    }

    /// Renders the body of a recursive loop over other items.
    private func callLoop(_ index: Int, _ arguments: Arguments) throws(TemplateError) -> Value {
        let (loop, values) = try nestedLoop(index, arguments)
        let outer = output
        output = ""
        defer { output = outer }
        try loop.node.run(values, depth: loop.depth + 1, outer: loop.outer, self)
        return .string(output)
    }

    private func nestedLoop(_ index: Int, _ arguments: Arguments) throws(TemplateError) -> (LoopState, [Value]) {
        guard loops.indices.contains(index), let nested = arguments.positional.first else {
            throw TemplateError(.argument, "`loop(…)` needs the items to go through")
        }
        guard loops[index].node.isRecursive else {
            throw TemplateError(.type, "the loop is called within itself, but is not marked `recursive`")
        }
        return (loops[index], try items(of: nested))
    }

    private func call(
        _ handle: Transient, _ arguments: Arguments, _ place: SourceRange
    ) throws(TemplateError) -> Value {
        switch handle.kind {
        case .method:
            let method = methods[handle.index]
            return try callMethod(method.name, of: method.receiver, arguments, place)
        case .joiner:
            if joiners[handle.index].isUsed { return joiners[handle.index].separator }
            joiners[handle.index].isUsed = true
            return .string("")
        case .namespace, .cycler, .macro, .loop: throw TemplateError(.type, "a \(handle.kind.name) cannot be called")
        }
    }

    func callMethod(
        _ name: String, of value: Value, _ arguments: Arguments, _ place: SourceRange
    ) throws(TemplateError) -> Value {
        switch value {
        case .string(let text): return try callMethod(name, of: text, arguments)
        case .list, .mapping:
            if let method = MutatingMethod(name, of: value) {
                var changed = value
                return try method(&changed, arguments, self)
            }
            return try callMethod(name, ofContainer: value, arguments)
        case .tuple: return try callMethod(name, ofContainer: value, arguments)
        case .transient(let handle):
            switch handle.kind {
            case .loop where loops.indices.contains(handle.index):
                return try loops[handle.index].call(name, arguments, self)
            case .cycler: return try cyclers[handle.index].call(name)
            default: break
            }
        default: break
        }
        throw TemplateError(.undefined, "\(value.kindPhrase) has no method `\(name)`")
    }
}
