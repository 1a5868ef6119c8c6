/// `not x`, any number of times.
final class NotNode: ExpressionNode {
    let operand: any ExpressionNode
    let isTwice: Bool
    let place: SourceRange

    init(_ operand: any ExpressionNode, isTwice: Bool, place: SourceRange) {
        self.operand = operand
        self.isTwice = isTwice
        self.place = place
    }

    func evaluate(_ renderer: Renderer) throws(TemplateError) -> Value {
        .boolean(try renderer.truth(operand) == isTwice)
    }

    func analyse(_ analysis: inout NameAnalysis) { operand.analyse(&analysis) }
}

/// `-x` and `+x`.
final class SignNode: ExpressionNode {
    let operand: any ExpressionNode
    let isNegative: Bool
    let place: SourceRange

    init(_ operand: any ExpressionNode, isNegative: Bool, place: SourceRange) {
        self.operand = operand
        self.isNegative = isNegative
        self.place = place
    }

    func evaluate(_ renderer: Renderer) throws(TemplateError) -> Value {
        let value = try renderer.value(operand)
        switch Numeric(value) {
        case .integer(let number):
            let (negated, overflow) = 0.subtractingReportingOverflow(number)
            if isNegative, overflow {
                throw TemplateError(.argument, "-(\(number)) does not fit into a 64-bit integer", at: place)
            }
            return .integer(isNegative ? negated : number)
        case .number(let number): return .number(isNegative ? -number : number)
        case nil:
            try renderer.refuseUndefined(value)
            throw TemplateError(.type, "a sign needs a number, not \(value.kindPhrase)", at: place)
        }
    }

    func analyse(_ analysis: inout NameAnalysis) { operand.analyse(&analysis) }
}

/// `a and b and c` or `a or b or c`: gives the operand that decides.
final class LogicNode: ExpressionNode {
    let operands: [any ExpressionNode]
    let isAnd: Bool
    let place: SourceRange

    init(_ operands: [any ExpressionNode], isAnd: Bool, place: SourceRange) {
        self.operands = operands
        self.isAnd = isAnd
        self.place = place
    }

    func evaluate(_ renderer: Renderer) throws(TemplateError) -> Value {
        var value = Value.null
        for (index, operand) in operands.enumerated() {
            value = try renderer.value(operand)
            if index == operands.count - 1 { break }
            if try renderer.truth(of: value) != isAnd { break }
        }
        return value
    }

    func analyse(_ analysis: inout NameAnalysis) {
        let known = analysis.assumptions.count
        for operand in operands {
            operand.analyse(&analysis)
            analysis.assume(operand, is: isAnd)
        }
        analysis.assumptions.removeSubrange(known...)
    }
}

/// `a ~ b ~ c`.
final class ConcatenationNode: ExpressionNode {
    let parts: [any ExpressionNode]
    var place: SourceRange { parts.first?.place ?? SourceRange(offset: 0, length: 0) }

    init(_ parts: [any ExpressionNode]) { self.parts = parts }

    func evaluate(_ renderer: Renderer) throws(TemplateError) -> Value {
        var text = ""
        for part in parts {
            text += try renderer.text(try renderer.value(part))
            try renderer.checkLength(text, place)
        }
        try renderer.charge(text: text.utf8.count)
        return .string(text)
    }

    func analyse(_ analysis: inout NameAnalysis) { for part in parts { part.analyse(&analysis) } }
}

/// `a + b - c`: operators of one level, from the left.
final class ArithmeticNode: ExpressionNode {
    struct Link {
        let arithmetic: Arithmetic
        let operand: any ExpressionNode
        let place: SourceRange
    }

    let first: any ExpressionNode
    let rest: [Link]
    var place: SourceRange { first.place }

    init(_ first: any ExpressionNode, _ rest: [Link]) {
        self.first = first
        self.rest = rest
    }

    func evaluate(_ renderer: Renderer) throws(TemplateError) -> Value {
        var value = try renderer.value(first)
        for link in rest {
            let right = try renderer.value(link.operand)
            do throws(TemplateError) {
                value = try renderer.compute(link.arithmetic, value, right)
            } catch {
                throw error.at(link.place)
            }
        }
        return value
    }

    func analyse(_ analysis: inout NameAnalysis) {
        first.analyse(&analysis)
        for link in rest { link.operand.analyse(&analysis) }
    }
}

/// `a < b <= c`: each neighbour is compared, until one comparison is false.
final class ComparisonNode: ExpressionNode {
    struct Link {
        let comparison: Comparison
        let operand: any ExpressionNode
        let place: SourceRange
    }

    let first: any ExpressionNode
    let rest: [Link]
    var place: SourceRange { first.place }

    init(_ first: any ExpressionNode, _ rest: [Link]) {
        self.first = first
        self.rest = rest
    }

    func evaluate(_ renderer: Renderer) throws(TemplateError) -> Value {
        var left = try renderer.value(first)
        for link in rest {
            let right = try renderer.value(link.operand)
            do throws(TemplateError) {
                guard try renderer.compare(link.comparison, left, right) else { return .boolean(false) }
            } catch {
                throw error.at(link.place)
            }
            left = right
        }
        return .boolean(true)
    }

    func analyse(_ analysis: inout NameAnalysis) {
        first.analyse(&analysis)
        for link in rest { link.operand.analyse(&analysis) }
    }
}

/// `a if b else c if d else e`.
final class ConditionalNode: ExpressionNode {
    struct Branch {
        let value: any ExpressionNode
        let condition: any ExpressionNode
    }

    let branches: [Branch]
    let otherwise: (any ExpressionNode)?
    let place: SourceRange

    init(_ branches: [Branch], otherwise: (any ExpressionNode)?, place: SourceRange) {
        self.branches = branches
        self.otherwise = otherwise
        self.place = place
    }

    func evaluate(_ renderer: Renderer) throws(TemplateError) -> Value {
        for branch in branches where try renderer.truth(branch.condition) { return try renderer.value(branch.value) }
        if let otherwise { return try renderer.value(otherwise) }
        return renderer.undefined(.leftOut, place)
    }

    func analyse(_ analysis: inout NameAnalysis) {
        let known = analysis.assumptions.count
        for branch in branches {
            branch.condition.analyse(&analysis)
            let before = analysis.assumptions.count
            analysis.assume(branch.condition, is: true)
            branch.value.analyse(&analysis)
            analysis.assumptions.removeSubrange(before...)
            analysis.assume(branch.condition, is: false)
        }
        otherwise?.analyse(&analysis)
        analysis.assumptions.removeSubrange(known...)
    }
}
