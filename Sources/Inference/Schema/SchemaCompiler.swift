import Jinja
import OrderedCollections

/// Turns a schema into nodes, and finds its mistakes.
struct SchemaCompiler {
    let document: Value
    private(set) var nodes: [SchemaNode] = []
    var links: [SchemaLink] = []
    var resources: [SchemaResource] = []
    private(set) var asksForUnevaluated = false

    /// The nodes by their place.
    private(set) var places: [String: Int] = [:]
    /// References whose ends are looked for once all of the document is read.
    var openReferences: [OpenReference] = []

    init(document: Value) { self.document = document }

    /// - Returns: The index of the node for the whole document.
    mutating func compileDocument() throws(JSONSchema.Mistake) -> Int {
        resources.append(SchemaResource(address: try documentAddress(), place: ""))
        let root = try compile(document, at: "", in: 0)
        try resolveReferences()
        try refuseEndlessReferences()
        return root
    }

    /// - Returns: The index of the node.
    mutating func compile(_ schema: Value, at place: String, in outer: Int) throws(JSONSchema.Mistake) -> Int {
        if let known = places[place] { return known }
        let index = nodes.count
        places[place] = index
        switch schema {
        case .boolean(let isAllowed):
            nodes.append(SchemaNode(place: place, resource: outer, rules: isAllowed ? [] : [.never]))
        case .mapping(let entries):
            let keywords = SchemaKeywords(entries: entries, place: place)
            let resource = try resource(of: keywords, in: outer)
            nodes.append(SchemaNode(place: place, resource: resource))
            try nameAnchors(of: keywords, node: index, in: resource)
            try compileDefinitions(keywords, in: resource)
            nodes[index].format = entries["format"]?.string
            nodes[index].rules = try rules(of: keywords, in: resource)
        default:
            throw JSONSchema.Mistake(
                message: "a schema must be an object or a boolean, not \(schema.schemaPhrase)", place: place)
        }
        return index
    }

    /// Definitions do nothing by themselves, but their mistakes and their anchors count.
    private mutating func compileDefinitions(
        _ keywords: SchemaKeywords, in resource: Int
    ) throws(JSONSchema.Mistake) {
        for keyword in ["$defs", "definitions"] { _ = try compileMembers(of: keyword, keywords, in: resource) }
    }

    private mutating func rules(
        of keywords: SchemaKeywords, in resource: Int
    ) throws(JSONSchema.Mistake) -> [SchemaRule] {
        var rules = try keywords.valueRules()
        rules += try keywords.numberRules().map(SchemaRule.number)
        rules += try keywords.stringRules().map(SchemaRule.string)
        rules += try arrayRules(of: keywords, in: resource).map(SchemaRule.array)
        rules += try objectRules(of: keywords, in: resource).map(SchemaRule.object)
        rules += try combinationRules(of: keywords, in: resource).map(SchemaRule.combination)
        // These ask what all the others have looked at, so they come last.
        if let node = try compileChild("unevaluatedItems", keywords, in: resource) {
            rules.append(.array(.unevaluated(node)))
            asksForUnevaluated = true
        }
        if let node = try compileChild("unevaluatedProperties", keywords, in: resource) {
            rules.append(.object(.unevaluated(node)))
            asksForUnevaluated = true
        }
        return rules
    }

    /// The schema that a keyword holds.
    mutating func compileChild(
        _ keyword: String, _ keywords: SchemaKeywords, in resource: Int
    ) throws(JSONSchema.Mistake) -> Int? {
        guard let schema = keywords.entries[keyword] else { return nil }
        return try compile(schema, at: keywords.place(of: keyword), in: resource)
    }

    /// The list of schemas that a keyword holds.
    mutating func compileList(
        of keyword: String, _ keywords: SchemaKeywords, in resource: Int
    ) throws(JSONSchema.Mistake) -> [Int]? {
        guard let value = keywords.entries[keyword] else { return nil }
        guard let schemas = value.list, !schemas.isEmpty else {
            throw keywords.mistake(keyword, "a list of at least one schema")
        }
        var children: [Int] = []
        for (index, schema) in schemas.enumerated() {
            children.append(try compile(schema, at: "\(keywords.place(of: keyword))/\(index)", in: resource))
        }
        return children
    }

    /// The schemas by name that a keyword holds.
    mutating func compileMembers(
        of keyword: String, _ keywords: SchemaKeywords, in resource: Int
    ) throws(JSONSchema.Mistake) -> [(key: String, node: Int)] {
        guard let value = keywords.entries[keyword] else { return [] }
        guard let schemas = value.mapping else { throw keywords.mistake(keyword, "an object of schemas") }
        var children: [(key: String, node: Int)] = []
        for (key, schema) in schemas {
            let place = JSONPointer.appending(key, to: keywords.place(of: keyword))
            children.append((key, try compile(schema, at: place, in: resource)))
        }
        return children
    }
}
