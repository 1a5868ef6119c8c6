extension Parser {
    func macroBlock(_ place: SourceRange) throws(TemplateError) -> any StatementNode {
        let (name, namePlace) = try expectName("the name of the macro")
        try refuseConstant(name, namePlace)
        specialNames.append([])
        let parameters = try signature()
        let body = try bodyOnItsOwn(until: "endmacro")
        return MacroNode(try macro(name, parameters, body), place: place)
    }

    func callBlock(_ place: SourceRange) throws(TemplateError) -> any StatementNode {
        specialNames.append([])
        let parameters = isAt(.leftParenthesis) ? try signature() : []
        let callPlace = current.place
        let call = try expression()
        guard let call = call as? PostfixNode, call.lastCall != nil else {
            throw TemplateError(.syntax, "expected a call such as `{% call name(…) %}`", at: callPlace)
        }
        let body = try bodyOnItsOwn(until: "endcall")
        return CallBlockNode(call, caller: try macro("caller", parameters, body), place: place)
    }

    private func macro(
        _ name: String, _ parameters: [Macro.Parameter], _ body: [any StatementNode]
    ) throws(TemplateError) -> Macro {
        let used = specialNames.removeLast()
        // What an inner macro names, the outer one names too: jinja2 looks through the whole body.
        if !specialNames.isEmpty { specialNames[specialNames.count - 1].formUnion(used) }
        let names = Set(parameters.map(\.name))
        if let caller = parameters.first(where: { $0.name == "caller" }), caller.defaultValue == nil {
            throw TemplateError(.syntax, "the parameter `caller` needs a default value", at: caller.place)
        }
        return Macro(
            name: name, parameters: parameters, body: body,
            takesMorePositional: used.contains("varargs") && !names.contains("varargs"),
            takesMoreNamed: used.contains("kwargs") && !names.contains("kwargs"),
            takesCaller: used.contains("caller"))
    }

    private func signature() throws(TemplateError) -> [Macro.Parameter] {
        var parameters: [Macro.Parameter] = []
        try expect(.leftParenthesis)
        while !isAt(.rightParenthesis) {
            if !parameters.isEmpty { try expect(.comma) }
            let (name, place) = try expectName("the name of a parameter")
            try refuseConstant(name, place)
            var defaultValue: (any ExpressionNode)?
            if skip(.assign) {
                defaultValue = try expression()
            } else if parameters.last?.defaultValue != nil {
                throw TemplateError(
                    .syntax, "the parameter `\(name)` follows one with a default value and needs one too", at: place)
            }
            if parameters.contains(where: { $0.name == name }) {
                throw TemplateError(.syntax, "the parameter `\(name)` appears twice", at: place)
            }
            parameters.append(Macro.Parameter(name: name, defaultValue: defaultValue, place: place))
        }
        try expect(.rightParenthesis)
        return parameters
    }

    /// One name, several in a tuple, or an attribute of a namespace.
    func assignmentTarget(endWord: String?, allowsNamespace: Bool) throws(TemplateError) -> AssignmentTarget {
        try enter()
        defer { leave() }
        var targets: [AssignmentTarget] = []
        var isTuple = false
        while true {
            if let endWord, isAt(word: endWord) { break }
            if isAt(.assign) || isAt(.rightParenthesis) { break }
            targets.append(try singleTarget(allowsNamespace: allowsNamespace))
            guard skip(.comma) else { break }
            isTuple = true
        }
        guard let first = targets.first else { throw expected("a name") }
        return isTuple ? .tuple(targets) : first
    }

    private func singleTarget(allowsNamespace: Bool) throws(TemplateError) -> AssignmentTarget {
        if skip(.leftParenthesis) {
            let inner = try assignmentTarget(endWord: nil, allowsNamespace: allowsNamespace)
            try expect(.rightParenthesis)
            return inner
        }
        let (name, place) = try expectName("a name to assign to")
        try refuseConstant(name, place)
        if allowsNamespace, skip(.dot) {
            let (attribute, end) = try expectName("an attribute of a namespace")
            return .attribute(namespace: name, attribute, place.through(end))
        }
        return .name(name, place)
    }

    private func refuseConstant(_ name: String, _ place: SourceRange) throws(TemplateError) {
        if ["true", "false", "none", "True", "False", "None"].contains(name) {
            throw TemplateError(.syntax, "`\(name)` is a constant and cannot be assigned", at: place)
        }
    }
}
