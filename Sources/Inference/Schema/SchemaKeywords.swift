import Jinja
import OrderedCollections

/// The entries of a schema that is an object, read as what each keyword must be.
struct SchemaKeywords {
    let entries: Mapping
    /// Of the schema, as a JSON pointer.
    let place: String

    func place(of keyword: String) -> String { JSONPointer.appending(keyword, to: place) }

    /// - Parameter expectation: What the keyword must be, with its article.
    func mistake(_ keyword: String, _ expectation: String) -> JSONSchema.Mistake {
        let found = entries[keyword].map { ", not \($0.schemaPhrase)" } ?? ""
        return JSONSchema.Mistake(message: "`\(keyword)` must be \(expectation)\(found)", place: place(of: keyword))
    }

    func text(_ keyword: String) throws(JSONSchema.Mistake) -> String? {
        guard let value = entries[keyword] else { return nil }
        guard let text = value.string else { throw mistake(keyword, "a string") }
        return text
    }

    func flag(_ keyword: String) throws(JSONSchema.Mistake) -> Bool {
        guard let value = entries[keyword] else { return false }
        guard let flag = value.boolean else { throw mistake(keyword, "`true` or `false`") }
        return flag
    }

    func count(_ keyword: String) throws(JSONSchema.Mistake) -> Int? {
        guard let value = entries[keyword] else { return nil }
        guard let count = value.number.flatMap(Int.init(exactly:)), count >= 0 else {
            throw mistake(keyword, "a whole number that is not negative")
        }
        return count
    }

    func texts(_ keyword: String) throws(JSONSchema.Mistake) -> [String]? {
        guard let value = entries[keyword] else { return nil }
        return try texts(in: value, of: keyword)
    }

    private func texts(in value: Value, of keyword: String) throws(JSONSchema.Mistake) -> [String] {
        let texts = value.list?.compactMap(\.string)
        guard let texts, texts.count == value.list?.count else { throw mistake(keyword, "a list of strings") }
        return texts
    }

    func pattern(_ source: String, of keyword: String) throws(JSONSchema.Mistake) -> SchemaPattern {
        guard let pattern = SchemaPattern(source) else {
            let place =
                keyword == "pattern" ? place(of: keyword) : JSONPointer.appending(source, to: place(of: keyword))
            throw JSONSchema.Mistake(message: "`\(source)` is no regular expression", place: place)
        }
        return pattern
    }

    func valueRules() throws(JSONSchema.Mistake) -> [SchemaRule] {
        var rules: [SchemaRule] = []
        if let value = entries["const"] { rules.append(.values([value], [JSONIdentity(value)])) }
        if let choices = entries["enum"] {
            guard let values = choices.list else { throw mistake("enum", "a list of values") }
            rules.append(.values(values, Set(values.map(JSONIdentity.init))))
        }
        if let types = try types() { rules.append(.types(types)) }
        return rules
    }

    private func types() throws(JSONSchema.Mistake) -> [SchemaType]? {
        guard let value = entries["type"] else { return nil }
        let names = value.string.map { [$0] } ?? value.list?.compactMap(\.string) ?? []
        guard !names.isEmpty, value.string != nil || names.count == value.list?.count else {
            throw mistake("type", "the name of a type or a list of such names")
        }
        var types: [SchemaType] = []
        for name in names {
            guard let type = SchemaType(rawValue: name) else {
                let known = SchemaType.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
                throw JSONSchema.Mistake(
                    message: "`\(name)` is no type; the types are \(known)", place: place(of: "type"))
            }
            types.append(type)
        }
        return types
    }

    func numberRules() throws(JSONSchema.Mistake) -> [NumberRule] {
        var rules: [NumberRule] = []
        if let step = try number("multipleOf") {
            guard let exact = ExactNumber(step), !exact.isZero, step.isLess(than: .integer(0)) == false else {
                throw mistake("multipleOf", "a number above 0")
            }
            rules.append(.multiple(of: exact, text: step.json()))
        }
        if let bound = try number("minimum") { rules.append(.atLeast(bound)) }
        if let bound = try number("exclusiveMinimum") { rules.append(.moreThan(bound)) }
        if let bound = try number("maximum") { rules.append(.atMost(bound)) }
        if let bound = try number("exclusiveMaximum") { rules.append(.lessThan(bound)) }
        return rules
    }

    private func number(_ keyword: String) throws(JSONSchema.Mistake) -> Value? {
        guard let value = entries[keyword] else { return nil }
        guard value.number?.isFinite == true else { throw mistake(keyword, "a number") }
        return value
    }

    func stringRules() throws(JSONSchema.Mistake) -> [StringRule] {
        var rules: [StringRule] = []
        if let count = try count("minLength") { rules.append(.atLeast(count)) }
        if let count = try count("maxLength") { rules.append(.atMost(count)) }
        if let source = try text("pattern") { rules.append(.pattern(try pattern(source, of: "pattern"))) }
        return rules
    }

    func dependentRequired() throws(JSONSchema.Mistake) -> [ObjectRule] {
        guard let value = entries["dependentRequired"] else { return [] }
        guard let dependencies = value.mapping else {
            throw mistake("dependentRequired", "an object of lists of keys")
        }
        var rules: [ObjectRule] = []
        for (key, needed) in dependencies {
            rules.append(.requiredBeside(key: key, try texts(in: needed, of: "dependentRequired")))
        }
        return rules
    }
}
