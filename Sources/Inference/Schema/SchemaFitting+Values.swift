import Foundation
import Jinja
import OrderedCollections

extension SchemaFitting {
    /// A value of another type as one of these.
    mutating func converted(_ value: Value, to types: [SchemaType], of node: Int) -> Value {
        if let text = value.string {
            if let decoded = Self.decoded(value), types.contains(where: { $0.holds(decoded) }) {
                note(.doubleEncoded)
                return decoded
            }
            if let converted = converted(text: text, to: types) { return converted }
        }
        if types.contains(.string), let text = Self.text(of: value) {
            note(.textFromNumber)
            return .string(text)
        }
        if types.contains(.boolean), let number = value.integer, number == 0 || number == 1 {
            note(.booleanFromText)
            return .boolean(number == 1)
        }
        if let list = value.list, list.count == 1, !types.contains(.array) {
            let inner = attempt(.valueFromList) { fitting in
                let inner = fitting.fit(list[0], node)
                guard types.contains(where: { $0.holds(inner) }) else { return nil }
                return inner
            }
            if let inner { return inner }
        }
        if types.contains(.array), let list = listed(value, node) { return list }
        if types.contains(.object), let mapping = implied(value, node) { return mapping }
        return value
    }

    private mutating func converted(text: String, to types: [SchemaType]) -> Value? {
        if types.contains(.integer) || types.contains(.number), let number = WrittenNumber.value(of: text),
            types.contains(where: { $0.holds(number) })
        {
            note(.numberFromText)
            return number
        }
        guard text.utf8.count <= Spelling.longestWord else { return nil }
        let word = Spelling.plain(text)
        if types.contains(.boolean), let answer = ["true": true, "yes": true, "false": false, "no": false][word] {
            note(.booleanFromText)
            return .boolean(answer)
        }
        if types.contains(.null), ["null", "none", "na", "nil", "undefined", ""].contains(word) {
            note(.nullFromText)
            return .null
        }
        return nil
    }

    private static func text(of value: Value) -> String? {
        switch value {
        case .integer, .number, .boolean: value.json()
        default: nil
        }
    }

    /// A list of the value, or the list that stands below its only key.
    private mutating func listed(_ value: Value, _ node: Int) -> Value? {
        guard value.list == nil, !value.isNull else { return nil }
        if let entries = value.mapping, entries.count == 1, let list = entries.values.first, list.list != nil {
            let inner = attempt(.wrapped) { fitting in
                let inner = fitting.fit(list, node)
                return fitting.fitting(inner, node)
            }
            if let inner { return inner }
        }
        return attempt(.listFromValue) { fitting in
            let list = fitting.fit(.list([value]), node)
            return fitting.fitting(list, node)
        }
    }

    /// The value below the only key that the schema asks for.
    private mutating func implied(_ value: Value, _ node: Int) -> Value? {
        guard value.mapping == nil, let key = schema.onlyKey(of: node) else { return nil }
        return attempt(.impliedKey) { fitting in
            let mapping = fitting.fit(.mapping([key: value]), node)
            return fitting.fitting(mapping, node)
        }
    }

    // MARK: One of several values

    /// The one of the values that is meant.
    mutating func spelled(_ value: Value, among values: [Value]) -> Value {
        if values.contains(where: { JSONIdentity($0) == JSONIdentity(value) }) { return value }
        if let list = value.list, list.count == 1 {
            let inner = attempt(.valueFromList) { fitting in
                let inner = fitting.spelled(list[0], among: values)
                guard values.contains(where: { JSONIdentity($0) == JSONIdentity(inner) }) else { return nil }
                return inner
            }
            if let inner { return inner }
        }
        if let number = value.string.flatMap(WrittenNumber.value),
            let meant = values.first(where: { JSONIdentity($0) == JSONIdentity(number) })
        {
            note(.numberFromText)
            return meant
        }
        guard let text = value.string ?? Self.text(of: value), text.utf8.count <= Spelling.longestSentence else {
            return value
        }
        let plain = Spelling.plain(text)
        let same = values.filter { ($0.string ?? Self.text(of: $0)).map(Spelling.plain) == plain }
        if same.count == 1, !plain.isEmpty {
            note(value.string == nil ? .textFromNumber : same[0].string == nil ? .booleanFromText : .valueSpelling)
            return same[0]
        }
        let words = Spelling.words(text)
        // Where something is denied, nobody can tell which one is meant.
        guard !words.contains(where: Spelling.denials.contains) else { return value }
        let named = values.filter { candidate in
            let wanted = Spelling.words(candidate.string ?? "")
            return !wanted.isEmpty && words.indices.contains { words[$0...].starts(with: wanted) }
        }
        guard named.count == 1 else { return value }
        note(.valueInSentence)
        return named[0]
    }
}

extension JSONSchema {
    /// The key of a mapping that has one only.
    func onlyKey(of node: Int) -> String? {
        var required: [String] = []
        var named: [String] = []
        for rule in nodes[node].rules {
            switch rule {
            case .object(.required(let keys)): required = keys
            case .object(.members(let members)): named = Array(members.named.keys)
            default: break
            }
        }
        if required.count == 1 { return required[0] }
        return required.isEmpty && named.count == 1 ? named[0] : nil
    }
}

/// How words are compared that models spell in their own way.
enum Spelling {
    /// In bytes. What is longer is no word, and no sentence.
    static let longestWord = 64
    static let longestSentence = 1000

    /// Words after which a value is not meant.
    static let denials: Set<String> = ["not", "no", "never", "neither", "nor", "without", "isn", "aren", "doesn", "t"]

    /// Letters and digits only, in lower case.
    static func plain(_ text: String) -> String {
        String(text.lowercased().filter { $0.isLetter || $0.isNumber })
    }

    static func words(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }
}
