import Foundation

/// Writes SVG: everything that comes from outside is escaped on its way in.
struct SVGText: Sendable {
    private(set) var text = ""

    mutating func open(_ name: String, _ attributes: [(String, String)] = []) {
        text += Self.tag(name, attributes) + ">\n"
    }

    mutating func close(_ name: String) {
        text += "</\(name)>\n"
    }

    /// An element that holds at most a text, and a tooltip.
    mutating func element(
        _ name: String, _ attributes: [(String, String)], _ content: String = "", tooltip: String? = nil
    ) {
        let inside = (tooltip.map { "<title>\(Self.escaped($0))</title>" } ?? "") + Self.escaped(content)
        text += Self.tag(name, attributes) + (inside.isEmpty ? "/>\n" : ">\(inside)</\(name)>\n")
    }

    /// The program's own style sheet.
    mutating func style(_ sheet: String) {
        text += "<style>\n\(sheet)\n</style>\n"
    }

    /// A number with at most two decimals.
    static func number(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        guard rounded != 0 else { return "0" }
        var text = String(format: "%.2f", rounded)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    private static func tag(_ name: String, _ attributes: [(String, String)]) -> String {
        "<" + name + attributes.map { " \($0)=\"\(escaped($1))\"" }.joined()
    }

    private static func escaped(_ text: String) -> String {
        ChartText.line(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
