import Jinja
import OrderedCollections

/// Makes the rules of a schema's grammar.
struct SchemaGrammarBuilder {
    enum Failure: Error {
        /// No value fits.
        case impossible
        /// The schema is not one, in a sentence without a full stop.
        case wrong(String)
    }

    let document: Value
    var rules = GrammarRules()
    private(set) var gaps: [String] = []
    /// The rules of schemas that are referred to.
    private var referred: [String: String] = [:]

    /// Schemas that refer to each other without end are no deeper than this.
    private static let deepest = 128

    init(document: Value) {
        self.document = document
    }

    mutating func leaveOpen(_ keyword: String, _ place: SchemaPlace) {
        let gap = "`\(keyword)`" + (place.pointer.isEmpty ? "" : " at \(place.pointer)")
        if !gaps.contains(gap) { gaps.append(gap) }
    }

    /// What may be written for a schema, as an expression that needs no parentheses around it.
    mutating func expression(_ schema: Value, _ place: SchemaPlace) throws(Failure) -> String {
        guard place.depth < Self.deepest else { throw .wrong("the schema is nested too deeply at \(place.pointer)") }
        if case .boolean(let all) = schema {
            guard all else { throw .impossible }
            return anyValue
        }
        guard let own = schema.mapping else {
            throw .wrong("the schema\(place.pointer.isEmpty ? "" : " at \(place.pointer)") is \(schema.kindPhrase)")
        }
        // A reference alone is a rule, which may refer to itself.
        if let target = own["$ref"]?.string, own.keys.allSatisfy({ $0 == "$ref" || SchemaMerging.isRemark($0) }) {
            return try rule(for: target, place)
        }
        let keywords = try flattened(own, place)
        if let branches = keywords["anyOf"]?.list ?? keywords["oneOf"]?.list {
            return try alternatives(branches, keywords, place)
        }
        if let values = keywords["const"].map({ [$0] }) ?? keywords["enum"]?.list {
            return try literals(values, keywords)
        }
        noteGaps(keywords, place)
        var parts: [String] = []
        for type in types(keywords) {
            do throws(Failure) {
                parts.append(try expression(type, keywords, place))
            } catch {
                guard case .impossible = error else { throw error }
            }
        }
        guard !parts.isEmpty else { throw .impossible }
        return Self.either(parts)
    }

    static func either(_ parts: [String]) -> String {
        parts.count == 1 ? parts[0] : "(\(parts.joined(separator: " | ")))"
    }

    // MARK: References and combinations

    private mutating func rule(for target: String, _ place: SchemaPlace) throws(Failure) -> String {
        if let name = referred[target] { return name }
        let schema = try resolved(target)
        let last = target.split(separator: "/").last.map(String.init) ?? "root"
        let name = rules.name(like: SchemaPlace().inside(last == "#" ? "all" : last).name)
        referred[target] = name
        let body = try expression(schema, place.inside("$ref"))
        rules.add(name, body)
        return name
    }

    private func resolved(_ target: String) throws(Failure) -> Value {
        guard let found = SchemaMerging.find(target, in: document) else {
            throw .wrong("the `$ref` `\(target)` leads nowhere, or to another document")
        }
        return found
    }

    /// The keywords of a schema with those of what it refers to and of all that it must fit besides.
    private mutating func flattened(
        _ own: Mapping, _ place: SchemaPlace, depth: Int = 0
    ) throws(Failure) -> Mapping {
        guard depth < 64 else { throw .wrong("the `$ref` at \(place.pointer) leads in a circle") }
        var keywords = own
        var others: [Value] = []
        if let target = keywords.removeValue(forKey: "$ref")?.string { others.append(try resolved(target)) }
        if let all = keywords.removeValue(forKey: "allOf")?.list { others += all }
        for other in others {
            switch other {
            case .boolean(true): continue
            case .boolean(false): throw .impossible
            default:
                guard let mapping = other.mapping else { throw .wrong("a part of `allOf` is no schema") }
                var merging = SchemaMerging()
                keywords = merging.merged(keywords, try flattened(mapping, place, depth: depth + 1))
                for keyword in merging.lost { leaveOpen(keyword, place) }
                if merging.isImpossible { throw .impossible }
            }
        }
        return keywords
    }

    private mutating func alternatives(
        _ branches: [Value], _ keywords: Mapping, _ place: SchemaPlace
    ) throws(Failure) -> String {
        let keyword = keywords["anyOf"]?.list == nil ? "oneOf" : "anyOf"
        var rest = keywords
        rest[keyword] = nil
        if keyword == "oneOf", SchemaMerging.mayOverlap(branches) { leaveOpen("oneOf", place) }
        rest = rest.filter { !SchemaMerging.isRemark($0.key) }
        var parts: [String] = []
        for (index, branch) in branches.enumerated() {
            let both: Value = rest.isEmpty ? branch : ["allOf": [.mapping(rest), branch]]
            do throws(Failure) {
                let part = try expression(both, place.inside("\(keyword)-\(index)"))
                if !parts.contains(part) { parts.append(part) }
            } catch {
                guard case .impossible = error else { throw error }
            }
        }
        guard !parts.isEmpty else { throw .impossible }
        return Self.either(parts)
    }

    private func literals(_ values: [Value], _ keywords: Mapping) throws(Failure) -> String {
        let allowed = keywords["type"].map(Self.typeNames)
        let fitting = values.filter { value in allowed.map { $0.contains { SchemaMerging.isOf($0, value) } } ?? true }
        guard !fitting.isEmpty else { throw .impossible }
        return Self.either(fitting.map { GrammarChoice.literal($0.json(.spaced)) })
    }

    // MARK: Types

    static func typeNames(_ value: Value) -> [String] {
        value.string.map { [$0] } ?? (value.list ?? []).compactMap(\.string)
    }

    private static let all = ["object", "array", "string", "number", "boolean", "null"]
    private static let telling = [
        "object": [
            "properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties",
            "maxProperties", "unevaluatedProperties",
        ],
        "array": ["items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "unevaluatedItems"],
        "string": ["minLength", "maxLength", "pattern", "format"],
        "number": ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
    ]

    /// Those that it names; else those of which it says more, which is what is meant; else all.
    private func types(_ keywords: Mapping) -> [String] {
        if let type = keywords["type"] {
            let names = Self.typeNames(type)
            return names.contains("number") ? names.filter { $0 != "integer" } : names
        }
        let meant = Self.all.filter { type in (Self.telling[type] ?? []).contains { keywords[$0] != nil } }
        return meant.isEmpty ? Self.all : meant
    }

    private mutating func expression(
        _ type: String, _ keywords: Mapping, _ place: SchemaPlace
    ) throws(Failure) -> String {
        switch type {
        case "object": return try object(keywords, place)
        case "array": return try array(keywords, place)
        case "string": return try string(keywords, place)
        case "number": return try number(keywords, place)
        case "integer": return try integer(keywords, place)
        case "boolean": return "(\"true\" | \"false\")"
        case "null": return "\"null\""
        default: throw .wrong("there is no type `\(type)`")
        }
    }

    private static let open = [
        "not", "if", "dependentRequired", "dependentSchemas", "dependencies", "patternProperties", "propertyNames",
        "minProperties", "maxProperties", "uniqueItems", "contains",
    ]

    private mutating func noteGaps(_ keywords: Mapping, _ place: SchemaPlace) {
        for keyword in Self.open {
            guard let value = keywords[keyword], value != .boolean(false),
                value != .boolean(true) || keyword == "uniqueItems"
            else { continue }
            if keyword == "minProperties", value == .integer(0) { continue }
            leaveOpen(keyword, place)
        }
    }

    // MARK: What all schemas share

    /// Any JSON value.
    var anyValue: String {
        mutating get {
            let string = anyString
            let number = anyNumber
            let object = rules.share(
                "json-object",
                "\"{\" (\(string) \": \" json-value (\", \" \(string) \": \" json-value)*)? \"}\"")
            let array = rules.share("json-array", "\"[\" (json-value (\", \" json-value)*)? \"]\"")
            return rules.share(
                "json-value", "\(object) | \(array) | \(string) | \(number) | \"true\" | \"false\" | \"null\"")
        }
    }

    /// A character inside a JSON string, in one way of writing it.
    var character: String {
        mutating get {
            rules.share("json-character", #"[^"\\\x00-\x1f\x7f] | "\\" ["\\/bfnrt]"#)
        }
    }

    var anyString: String {
        mutating get {
            let character = character
            return rules.share("json-string", #""\"" \#(character)* "\"""#)
        }
    }

    var anyNumber: String {
        mutating get {
            rules.share(
                "json-number", #""-"? ("0" | [1-9] [0-9]{0,15}) ("." [0-9]{1,16})? ([eE] [+-]? [0-9]{1,2})?"#)
        }
    }
}
