import OrderedCollections

/// The operators that give true or false.
enum Comparison: Sendable {
    case equal
    case notEqual
    case less
    case lessOrEqual
    case greater
    case greaterOrEqual
    case `in`
    case notIn

    var symbol: String {
        switch self {
        case .equal: "=="
        case .notEqual: "!="
        case .less: "<"
        case .lessOrEqual: "<="
        case .greater: ">"
        case .greaterOrEqual: ">="
        case .in: "in"
        case .notIn: "not in"
        }
    }
}

extension Renderer {
    func compare(_ comparison: Comparison, _ left: Value, _ right: Value) throws(TemplateError) -> Bool {
        if comparison == .equal || comparison == .notEqual, left.isLenientUndefined || right.isLenientUndefined {
            return (left.isLenientUndefined == right.isLenientUndefined) == (comparison == .equal)
        }
        try refuseStrictUndefined(left)
        try refuseStrictUndefined(right)
        switch comparison {
        case .equal: return try equal(left, right)
        case .notEqual: return !(try equal(left, right))
        case .in: return try contains(right, left)
        case .notIn: return !(try contains(right, left))
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            // A number that is no number has no order: every comparison with it is false.
            guard let order = try order(left, right, comparison.symbol) else { return false }
            switch comparison {
            case .less: return order < 0
            case .lessOrEqual: return order <= 0
            case .greater: return order > 0
            default: return order >= 0
            }
        }
    }

    func equal(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
        if case .string(let text) = left {
            try charge(text: text.utf8.count)
            return left.isEqual(to: right)
        }
        guard left.isContainer else { return left.isEqual(to: right) }
        let allowance = limits.steps - min(steps, limits.steps) + 1
        var budget = allowance
        let isEqual = left.isEqual(to: right, budget: &budget)
        try charge(allowance - budget)
        return isEqual
    }

    /// -1, 0 or 1; `nil` where a number is NaN.
    ///
    /// - Throws: Code `type` for values that have no order between them.
    func order(_ left: Value, _ right: Value, _ symbol: String = "<") throws(TemplateError) -> Int? {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            try charge(text: min(left.utf8.count, right.utf8.count))
            if left.isSame(as: right) { return 0 }
            return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            try charge(min(left.count, right.count))
            for (left, right) in zip(left, right) {
                if try equal(left, right) { continue }
                try descend()
                defer { ascend() }
                return try order(left, right, symbol)
            }
            return left.count < right.count ? -1 : (left.count == right.count ? 0 : 1)
        default:
            if let left = Numeric(left), let right = Numeric(right) { return left.compare(right) }
            try refuseUndefined(left)
            try refuseUndefined(right)
            throw TemplateError(.type, "`\(symbol)` cannot compare \(left.kindPhrase) with \(right.kindPhrase)")
        }
    }

    func contains(_ container: Value, _ value: Value) throws(TemplateError) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = value else {
                throw TemplateError(.type, "`in` finds a string in a string, not \(value.kindPhrase)")
            }
            try charge(text: text.utf8.count)
            return part.isEmpty || ByteText(text).firstRange(of: ByteText(part), from: 0) != nil
        case .mapping(let entries):
            guard case .string(let key) = value else { return false }
            return entries[key] != nil
        default:
            let values = try items(of: container)
            try charge(values.count)
            for element in values {
                try refuseStrictUndefined(element)
                if try equal(element, value) { return true }
            }
            return false
        }
    }

    func compute(_ arithmetic: Arithmetic, _ left: Value, _ right: Value) throws(TemplateError) -> Value {
        try refuseUndefined(left)
        if arithmetic == .modulo, case .string(let format) = left {
            return .string(try self.format(format, percent: right))
        }
        try refuseUndefined(right)
        if let left = Numeric(left), let right = Numeric(right) { return try arithmetic(left, right) }
        switch (arithmetic, left, right) {
        case (.add, .string(let left), .string(let right)):
            try checkLength(left.utf8.count + right.utf8.count)
            try charge(text: left.utf8.count + right.utf8.count)
            return .string(left + right)
        case (.add, .list(let left), .list(let right)):
            try checkCount(left.count + right.count)
            return .list(left + right)
        case (.add, .tuple(let left), .tuple(let right)):
            try checkCount(left.count + right.count)
            return tuple(left + right)
        case (.multiply, .string(let text), let count), (.multiply, let count, .string(let text)):
            return .string(try repeated(text, try repetitions(count, of: "a string")))
        case (.multiply, .list(let values), let count), (.multiply, let count, .list(let values)):
            return .list(try repeated(values, try repetitions(count, of: "a list")))
        case (.multiply, .tuple(let values), let count), (.multiply, let count, .tuple(let values)):
            return tuple(try repeated(values, try repetitions(count, of: "a tuple")))
        default:
            throw TemplateError(
                .type,
                "`\(arithmetic.rawValue)` cannot join \(left.kindPhrase) and \(right.kindPhrase)"
                    + (arithmetic == .add ? "; `~` joins anything as text" : ""))
        }
    }

    private func repetitions(_ count: Value, of what: String) throws(TemplateError) -> Int {
        guard case .integer(let count)? = Numeric(count) else {
            throw TemplateError(.type, "\(what) is repeated by an integer, not \(count.kindPhrase)")
        }
        return max(count, 0)
    }

    func repeated(_ text: String, _ count: Int) throws(TemplateError) -> String {
        let (bytes, overflow) = text.utf8.count.multipliedReportingOverflow(by: count)
        try checkLength(overflow ? Int.max : bytes)
        try charge(text: bytes)
        return Self.repetition(of: Array(text.utf8), count)
    }

    private static func repetition(of bytes: [UInt8], _ count: Int) -> String {
        guard count > 0, let first = bytes.first else { return "" }
        if bytes.count == 1 { return String(decoding: [UInt8](repeating: first, count: count), as: UTF8.self) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * count)
        // Doubles what there is, as long as that is not too much.
        result += bytes
        while result.count <= bytes.count * count / 2 { result += result }
        result += result.prefix(bytes.count * count - result.count)
        return String(decoding: result, as: UTF8.self)
    }

    private func repeated(_ values: [Value], _ count: Int) throws(TemplateError) -> [Value] {
        let (total, overflow) = values.count.multipliedReportingOverflow(by: count)
        try checkCount(overflow ? Int.max : total)
        var result: [Value] = []
        if values.isEmpty { return result }
        result.reserveCapacity(total)
        for _ in 0..<count { result += values }
        return result
    }
}
