import Foundation
import Jinja
import OrderedCollections

/// The functions of Go's templates, and those that Ollama adds.
enum GoFunctions {
    static func call(_ name: String, _ arguments: [Value], now: Date) throws(GoTemplateError) -> Value {
        switch name {
        case "not": .boolean(!GoTemplateRenderer.isTrue(try argument(0, of: name, arguments)))
        case "eq":
            .boolean(try arguments.dropFirst().contains(argument(0, of: name, arguments)))
        case "ne": .boolean(try argument(0, of: name, arguments) != argument(1, of: name, arguments))
        case "lt", "le", "gt", "ge": .boolean(try compare(name, arguments))
        case "len": .integer(try length(argument(0, of: name, arguments)))
        case "index": try index(arguments)
        case "slice": try slice(arguments)
        case "print": .string(joined(arguments))
        case "println": .string(arguments.map(GoTemplateRenderer.text).joined(separator: " ") + "\n")
        case "printf": .string(try printf(arguments))
        case "json", "toJson": .string(try argument(0, of: name, arguments).json(.compact))
        case "currentDate": .string(day(now))
        case "yesterdayDate": .string(day(now.addingTimeInterval(-86_400)))
        case "contains", "hasPrefix", "hasSuffix": .boolean(try search(name, arguments))
        default: throw GoTemplateError("there is no function `\(name)`")
        }
    }

    /// Go puts blanks only between two arguments that are both no texts.
    private static func joined(_ arguments: [Value]) -> String {
        var text = ""
        for (index, argument) in arguments.enumerated() {
            if index > 0, argument.string == nil, arguments[index - 1].string == nil { text += " " }
            text += GoTemplateRenderer.text(argument)
        }
        return text
    }

    private static func argument(_ index: Int, of name: String, _ arguments: [Value]) throws(GoTemplateError) -> Value {
        guard arguments.indices.contains(index) else { throw GoTemplateError("`\(name)` needs more arguments") }
        return arguments[index]
    }

    private static func compare(_ name: String, _ arguments: [Value]) throws(GoTemplateError) -> Bool {
        let (left, right) = (try argument(0, of: name, arguments), try argument(1, of: name, arguments))
        let order: (isLess: Bool, isSame: Bool)
        if let left = left.number, let right = right.number {
            order = (left < right, left == right)
        } else if let left = left.string, let right = right.string {
            order = (left < right, left == right)
        } else {
            throw GoTemplateError("`\(name)` compares two numbers or two texts")
        }
        return switch name {
        case "lt": order.isLess
        case "le": order.isLess || order.isSame
        case "gt": !order.isLess && !order.isSame
        default: !order.isLess
        }
    }

    private static func length(_ value: Value) throws(GoTemplateError) -> Int {
        switch value {
        case .string(let text): text.utf8.count
        case .list(let list): list.count
        case .mapping(let mapping): mapping.count
        case .null: 0
        default: throw GoTemplateError("`len` needs a list, a mapping or a text")
        }
    }

    private static func index(_ arguments: [Value]) throws(GoTemplateError) -> Value {
        var value = try argument(0, of: "index", arguments)
        for key in arguments.dropFirst() {
            switch (value, key) {
            case (.list(let list), .integer(let index)):
                guard list.indices.contains(index) else {
                    throw GoTemplateError("`index` looks behind the end of a list")
                }
                value = list[index]
            case (.mapping(let mapping), .string(let key)): value = mapping[key] ?? .null
            default: throw GoTemplateError("`index` needs a list and a number, or a mapping and a text")
            }
        }
        return value
    }

    private static func slice(_ arguments: [Value]) throws(GoTemplateError) -> Value {
        let value = try argument(0, of: "slice", arguments)
        let count = try length(value)
        let first = arguments.count > 1 ? arguments[1].integer : 0
        let last = arguments.count > 2 ? arguments[2].integer : count
        guard let first, let last, 0 <= first, first <= last, last <= count else {
            throw GoTemplateError("`slice` reaches behind the end")
        }
        switch value {
        case .list(let list): return .list(Array(list[first..<last]))
        case .string(let text): return .string(String(decoding: Array(text.utf8)[first..<last], as: UTF8.self))
        default: return value
        }
    }

    /// `%s`, `%d`, `%v` and `%q`; other verbs are written as values are.
    private static func printf(_ arguments: [Value]) throws(GoTemplateError) -> String {
        var rest = arguments.dropFirst()
        var text = ""
        var format = GoTemplateRenderer.text(try argument(0, of: "printf", arguments))[...]
        while let sign = format.firstIndex(of: "%") {
            text += format[..<sign]
            format = format[format.index(after: sign)...]
            guard let verb = format.popFirst() else { break }
            if verb == "%" {
                text += "%"
            } else {
                let value = rest.popFirst() ?? .null
                text += verb == "q" ? value.json(.compact) : GoTemplateRenderer.text(value)
            }
        }
        return text + format
    }

    private static func search(_ name: String, _ arguments: [Value]) throws(GoTemplateError) -> Bool {
        let text = GoTemplateRenderer.text(try argument(0, of: name, arguments))
        let part = GoTemplateRenderer.text(try argument(1, of: name, arguments))
        return switch name {
        case "contains": text.contains(part)
        case "hasPrefix": text.hasPrefix(part)
        default: text.hasSuffix(part)
        }
    }

    private static func day(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .current
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    }
}
