import Jinja
import OrderedCollections

// The keywords that hold other schemas.
extension SchemaCompiler {
    mutating func arrayRules(
        of keywords: SchemaKeywords, in resource: Int
    ) throws(JSONSchema.Mistake) -> [ArrayRule] {
        var rules: [ArrayRule] = []
        if let count = try keywords.count("minItems") { rules.append(.atLeast(count)) }
        if let count = try keywords.count("maxItems") { rules.append(.atMost(count)) }
        if try keywords.flag("uniqueItems") { rules.append(.unique) }
        if keywords.entries["items"]?.list != nil {
            throw keywords.mistake("items", "one schema; a list of schemas is named `prefixItems`")
        }
        let first = try compileList(of: "prefixItems", keywords, in: resource) ?? []
        let rest = try compileChild("items", keywords, in: resource)
        if !first.isEmpty || rest != nil { rules.append(.elements(first: first, rest: rest)) }
        let (fewest, most) = (try keywords.count("minContains"), try keywords.count("maxContains"))
        if let node = try compileChild("contains", keywords, in: resource) {
            rules.append(.contains(node, atLeast: fewest ?? 1, atMost: most))
        }
        return rules
    }

    mutating func objectRules(
        of keywords: SchemaKeywords, in resource: Int
    ) throws(JSONSchema.Mistake) -> [ObjectRule] {
        var rules: [ObjectRule] = []
        if let count = try keywords.count("minProperties") { rules.append(.atLeast(count)) }
        if let count = try keywords.count("maxProperties") { rules.append(.atMost(count)) }
        if let keys = try keywords.texts("required"), !keys.isEmpty { rules.append(.required(keys)) }
        rules += try keywords.dependentRequired()
        if let node = try compileChild("propertyNames", keywords, in: resource) { rules.append(.keys(node)) }
        if let members = try members(of: keywords, in: resource) { rules.append(.members(members)) }
        rules += try compileMembers(of: "dependentSchemas", keywords, in: resource).map { .dependent(key: $0, $1) }
        return rules
    }

    private mutating func members(
        of keywords: SchemaKeywords, in resource: Int
    ) throws(JSONSchema.Mistake) -> SchemaMembers? {
        var members = SchemaMembers()
        for (key, node) in try compileMembers(of: "properties", keywords, in: resource) { members.named[key] = node }
        for (source, node) in try compileMembers(of: "patternProperties", keywords, in: resource) {
            members.matching.append((try keywords.pattern(source, of: "patternProperties"), node))
        }
        members.others = try compileChild("additionalProperties", keywords, in: resource)
        return members.named.isEmpty && members.matching.isEmpty && members.others == nil ? nil : members
    }

    mutating func combinationRules(
        of keywords: SchemaKeywords, in resource: Int
    ) throws(JSONSchema.Mistake) -> [CombinationRule] {
        var rules: [CombinationRule] = []
        for keyword in ["$ref", "$dynamicRef"] {
            guard let target = try keywords.text(keyword) else { continue }
            rules.append(.reference(links.count))
            openReferences.append(
                OpenReference(
                    target: target, isDynamic: keyword == "$dynamicRef", place: keywords.place(of: keyword),
                    resource: resource))
            // The node is known once all references are.
            links.append(SchemaLink(node: 0))
        }
        if let nodes = try compileList(of: "allOf", keywords, in: resource) { rules.append(.all(nodes)) }
        if let nodes = try compileList(of: "anyOf", keywords, in: resource) { rules.append(.any(nodes)) }
        if let nodes = try compileList(of: "oneOf", keywords, in: resource) { rules.append(.one(nodes)) }
        if let node = try compileChild("not", keywords, in: resource) {
            rules.append(.not(node, keywords.entries["not"]?.json(.spaced) ?? ""))
        }
        // Without an `if`, the others mean nothing; they are read for their mistakes and anchors.
        let condition = try compileChild("if", keywords, in: resource)
        let then = try compileChild("then", keywords, in: resource)
        let otherwise = try compileChild("else", keywords, in: resource)
        if let condition { rules.append(.condition(if: condition, then: then, else: otherwise)) }
        return rules
    }
}
