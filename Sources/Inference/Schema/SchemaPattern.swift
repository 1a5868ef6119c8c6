import Foundation

/// A regular expression that a string must match somewhere.
struct SchemaPattern: Sendable {
    /// As the schema has it.
    let source: String
    private let expression: NSRegularExpression

    /// `nil` where the source is no regular expression.
    init?(_ source: String) {
        guard let expression = try? NSRegularExpression(pattern: Self.forICU(source)) else { return nil }
        self.source = source
        self.expression = expression
    }

    /// Whether the text matches; `nil` where that takes too long to find out.
    func matches(_ text: String) -> Bool? {
        let whole = NSRange(text.startIndex..., in: text)
        var result: Bool? = false
        let start = ContinuousClock.now
        // A pattern such as `(a+)+$` can take longer than anybody lives: the expression reports now and then.
        expression.enumerateMatches(in: text, options: .reportProgress, range: whole) { match, _, stop in
            if match != nil {
                result = true
                stop.pointee = true
            } else if start.duration(to: .now) > .seconds(2) {
                result = nil
                stop.pointee = true
            }
        }
        return result
    }

    /// ECMAScript's classes know ASCII only, its `$` is the very end, and a bracket inside a set is just a sign.
    private static func forICU(_ source: String) -> String {
        var result = ""
        var isInSet = false
        var scalars = source.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            switch scalar {
            case "\\":
                guard let escaped = scalars.next() else { return source }
                result += escape(escaped, isInSet: isInSet)
            case "[":
                result += isInSet ? "\\[" : "["
                isInSet = true
            case "]":
                result += "]"
                isInSet = false
            case "&" where isInSet: result += "\\&"
            case "$" where !isInSet: result += "\\z"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func escape(_ scalar: Unicode.Scalar, isInSet: Bool) -> String {
        let space = "\\t\\n\\x0B\\f\\r\\x{FEFF}\\p{Z}"
        let word = "A-Za-z0-9_"
        return switch scalar {
        case "d": isInSet ? "0-9" : "[0-9]"
        case "D": "[^0-9]"
        case "w": isInSet ? word : "[\(word)]"
        case "W": "[^\(word)]"
        case "s": isInSet ? space : "[\(space)]"
        case "S": "[^\(space)]"
        default: "\\\(scalar)"
        }
    }
}
