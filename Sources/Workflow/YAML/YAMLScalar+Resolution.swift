package import Jinja

extension YAMLScalar {
    /// The value by YAML 1.2's core schema: unquoted `true`, `null`, `12` and `1.5` are what they look like, and
    /// `yes`, `on`, `017` or `12:30:00`, which YAML 1.1 turns into something else, are the text that they are.
    package var resolved: Value {
        guard style == .plain else { return .string(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        default: return number ?? .string(text)
        }
    }

    private var number: Value? {
        let unsigned = text.first.map { "+-".contains($0) } == true ? text.dropFirst() : text[...]
        guard let first = unsigned.utf8.first, (48...57).contains(first) || first == 46 else { return nil }
        let isDecimal = unsigned.utf8.allSatisfy { (48...57).contains($0) }
        if isDecimal {
            // A leading zero is a code, a date or a telephone number far more often than a number.
            guard unsigned.count == 1 || first != 48 else { return nil }
            return Int(text).map { .integer($0) } ?? Double(text).map { .number($0) }
        }
        let allowed = unsigned.utf8.allSatisfy { (48...57).contains($0) || [46, 43, 45, 69, 101].contains($0) }
        guard allowed, let double = Double(text), double.isFinite else { return nil }
        return .number(double)
    }

    /// What a user calls this scalar.
    var kindName: String {
        switch resolved {
        case .null: "nothing"
        case .boolean: "a boolean"
        case .integer, .number: "a number"
        default: "text"
        }
    }
}
