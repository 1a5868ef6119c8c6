/// A piece of a web page. Texts become one only escaped, and names of elements and attributes are written in the
/// source: so nothing that comes from a record can be markup.
struct HTML: Sendable, ExpressibleByStringInterpolation {
    private(set) var markup: String

    private init(markup: String) { self.markup = markup }

    /// A text of the program; it is escaped like every other.
    init(stringLiteral text: String) { self = .text(text) }

    static func text(_ text: String) -> HTML {
        HTML(markup: escaped(text))
    }

    static func element(
        _ name: StaticString, _ attributes: [(StaticString, String)] = [], _ content: [HTML] = []
    ) -> HTML {
        let inside = content.map(\.markup).joined()
        return HTML(markup: "\(opening(name, attributes))\(inside)</\(name)>")
    }

    /// An element that has no end, such as `meta`.
    static func void(_ name: StaticString, _ attributes: [(StaticString, String)] = []) -> HTML {
        HTML(markup: opening(name, attributes))
    }

    /// The program's own style sheet.
    static func style(_ sheet: StaticString) -> HTML {
        HTML(markup: "<style>\n\(sheet)\n</style>")
    }

    static func document(head: [HTML], body: [HTML]) -> HTML {
        let lines = (head.map(\.markup) + ["</head>", "<body>"] + body.map(\.markup)).joined(separator: "\n")
        return HTML(markup: "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n\(lines)\n</body>\n</html>\n")
    }

    static func joined(_ parts: [HTML]) -> HTML {
        HTML(markup: parts.map(\.markup).joined(separator: "\n"))
    }

    private static func opening(_ name: StaticString, _ attributes: [(StaticString, String)]) -> String {
        "<\(name)" + attributes.map { " \($0)=\"\(escaped($1))\"" }.joined() + ">"
    }

    private static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += Array("&amp;".utf8)
            case UInt8(ascii: "<"): bytes += Array("&lt;".utf8)
            case UInt8(ascii: ">"): bytes += Array("&gt;".utf8)
            case UInt8(ascii: "\""): bytes += Array("&quot;".utf8)
            case UInt8(ascii: "'"): bytes += Array("&#39;".utf8)
            case UInt8(ascii: "\n"), UInt8(ascii: "\t"): bytes.append(byte)
            // Line ends of other systems.
            case UInt8(ascii: "\r"): break
            // No page may hold the other control characters.
            case 0..<32, 127: bytes += Array("\u{FFFD}".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
