import Foundation
import Jinja
import OrderedCollections

/// Texts and data of the record as the page shows them.
enum ReportValues {
    /// Longer texts are cut: the page is made to be mailed.
    static let longest = 20_000

    /// A text as it is, with its line breaks, in a box of its own.
    static func block(_ text: String) -> HTML {
        guard !text.isEmpty else { return .element("p", [("class", "faint")], ["(empty)"]) }
        let shown = text.prefix(longest)
        let left = text.count - shown.count
        let box = HTML.element("pre", [("tabindex", "0")], [.text(String(shown))])
        guard left > 0 else { return box }
        return .joined([
            box,
            .element("p", [("class", "faint")], [.text("\(left) more characters are cut here; the record has them.")]),
        ])
    }

    /// Data from the record: mappings by their keys, texts as texts, everything else as JSON.
    static func data(_ json: String) -> HTML {
        guard let value = try? Value(json: json) else { return block(json) }
        return data(value)
    }

    static func data(_ value: Value) -> HTML {
        if let mapping = value.mapping {
            guard !mapping.isEmpty else { return .element("p", [("class", "faint")], ["none"]) }
            return pairs(mapping.map { ($0, cell($1)) })
        }
        return cell(value)
    }

    /// Names and what they stand for.
    static func pairs(_ pairs: [(String, HTML)]) -> HTML {
        .element(
            "dl", [("class", "pairs")],
            pairs.map { name, value in
                .element("div", [], [.element("dt", [], [.text(name.clipped(to: 200))]), .element("dd", [], [value])])
            })
    }

    private static func cell(_ value: Value) -> HTML {
        switch value {
        case .string(let text) where text.count <= 200 && !text.contains(where: \.isNewline): .text(text)
        case .string(let text): block(text)
        case .list(let list) where !list.isEmpty: block(value.json(.pretty(indent: 2)))
        case .mapping(let mapping) where !mapping.isEmpty: block(value.json(.pretty(indent: 2)))
        default: .text(value.json(.compact))
        }
    }

    /// With the offset of the time zone, for readers elsewhere.
    static func moment(_ date: Date) -> HTML {
        let minutes = TimeZone.current.secondsFromGMT(for: date) / 60
        let sign = minutes < 0 ? "\u{2212}" : "+"
        let (hours, rest) = minutes.magnitude.quotientAndRemainder(dividingBy: 60)
        let offset = "\(sign)\(hours < 10 ? "0" : "")\(hours):\(rest < 10 ? "0" : "")\(rest)"
        return .element(
            "time", [("datetime", date.formatted(.iso8601))], [.text("\(Figures.moment(date)) (UTC\(offset))")])
    }

    /// A state in words and colour.
    static func badge(_ state: String) -> HTML {
        .element("span", [("class", "badge \(state)")], [.text(state)])
    }
}
