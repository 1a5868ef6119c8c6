import Jinja

/// A reference that has been read, and whose end has not been looked for.
struct OpenReference {
    let target: String
    let isDynamic: Bool
    /// Of the keyword, as a JSON pointer.
    let place: String
    /// The resource that it stands in.
    let resource: Int
}

extension SchemaCompiler {
    func documentAddress() throws(JSONSchema.Mistake) -> String {
        guard case .mapping(let entries) = document else { return "" }
        return try address(of: SchemaKeywords(entries: entries, place: ""), base: "") ?? ""
    }

    /// The resource that the schema is: one of its own where it has an `$id`, else that around it.
    mutating func resource(of keywords: SchemaKeywords, in outer: Int) throws(JSONSchema.Mistake) -> Int {
        // The document's own resource stands already.
        guard !keywords.place.isEmpty, let address = try address(of: keywords, base: resources[outer].address) else {
            return outer
        }
        guard !resources.contains(where: { $0.address == address }) else {
            throw JSONSchema.Mistake(
                message: "the `$id` `\(address)` stands twice", place: keywords.place(of: "$id"))
        }
        resources.append(SchemaResource(address: address, place: keywords.place))
        return resources.count - 1
    }

    private func address(of keywords: SchemaKeywords, base: String) throws(JSONSchema.Mistake) -> String? {
        guard let text = try keywords.text("$id") else { return nil }
        guard let address = SchemaAddress(text, base: base) else {
            throw keywords.mistake("$id", "an address")
        }
        guard address.fragment.isEmpty else {
            throw keywords.mistake("$id", "an address without `#`; a name inside the schema is an `$anchor`")
        }
        return address.resource
    }

    mutating func nameAnchors(
        of keywords: SchemaKeywords, node: Int, in resource: Int
    ) throws(JSONSchema.Mistake) {
        for keyword in ["$anchor", "$dynamicAnchor"] {
            guard let name = try keywords.text(keyword) else { continue }
            if let other = resources[resource].anchors.updateValue(node, forKey: name), other != node {
                throw JSONSchema.Mistake(
                    message: "the anchor `\(name)` stands twice", place: keywords.place(of: keyword))
            }
            if keyword == "$dynamicAnchor" { resources[resource].dynamicAnchors[name] = node }
        }
    }

    /// A reference may lead to a place that no keyword reads, which then is read as a schema and may hold further
    /// references: links and open references grow together.
    mutating func resolveReferences() throws(JSONSchema.Mistake) {
        var next = 0
        while next < openReferences.count {
            links[next] = try link(for: openReferences[next])
            next += 1
        }
    }

    private mutating func link(for reference: OpenReference) throws(JSONSchema.Mistake) -> SchemaLink {
        guard let address = SchemaAddress(reference.target, base: resources[reference.resource].address),
            let resource = resources.firstIndex(where: { $0.address == address.resource })
        else {
            throw JSONSchema.Mistake(
                message: "`\(reference.target)` leads out of the schema, and other documents are not fetched",
                place: reference.place)
        }
        let fragment = address.fragment
        if fragment.isEmpty || fragment.hasPrefix("/") {
            let node = try node(at: fragment, of: resource)
            guard let node else { throw deadEnd(reference) }
            return SchemaLink(node: node)
        }
        guard let node = resources[resource].anchors[fragment] else { throw deadEnd(reference) }
        let isDynamic = reference.isDynamic && resources[resource].dynamicAnchors[fragment] != nil
        return SchemaLink(node: node, dynamicAnchor: isDynamic ? fragment : nil)
    }

    private func deadEnd(_ reference: OpenReference) -> JSONSchema.Mistake {
        JSONSchema.Mistake(
            message: "`\(reference.target)` leads to no place in the schema", place: reference.place)
    }

    private mutating func node(at pointer: String, of resource: Int) throws(JSONSchema.Mistake) -> Int? {
        var place = ""
        var found = document
        for step in JSONPointer.steps(of: resources[resource].place) + JSONPointer.steps(of: pointer) {
            guard let next = found[step] ?? Int(step).flatMap({ found[$0] }) else { return nil }
            found = next
            place = JSONPointer.appending(step, to: place)
        }
        return try compile(found, at: place, in: resource)
    }

    /// Refuses references that lead back to where they stand without going into the value: they would never end.
    func refuseEndlessReferences() throws(JSONSchema.Mistake) {
        var isDone = Array(repeating: false, count: nodes.count)
        var isOpen = isDone
        for start in nodes.indices where !isDone[start] {
            var path: [(node: Int, rest: [Int])] = [(start, followers(of: start))]
            isOpen[start] = true
            while let last = path.last {
                guard let next = last.rest.last else {
                    isOpen[last.node] = false
                    isDone[last.node] = true
                    path.removeLast()
                    continue
                }
                path[path.count - 1].rest.removeLast()
                if isOpen[next] {
                    throw JSONSchema.Mistake(
                        message: "the schema leads back to itself for the same value, which would never end",
                        place: nodes[next].place)
                }
                guard !isDone[next] else { continue }
                isOpen[next] = true
                path.append((next, followers(of: next)))
            }
        }
    }

    /// The nodes that a node asks about the same value. What a dynamic reference leads to is seen in a check only.
    private func followers(of node: Int) -> [Int] {
        nodes[node].rules.flatMap { rule -> [Int] in
            switch rule {
            case .object(.dependent(_, let node)): [node]
            case .combination(let combination):
                switch combination {
                case .all(let nodes), .any(let nodes), .one(let nodes): nodes
                case .not(let node, _): [node]
                case .condition(let condition, let then, let otherwise):
                    [condition] + [then, otherwise].compactMap(\.self)
                case .reference(let link): links[link].dynamicAnchor == nil ? [links[link].node] : []
                }
            default: []
            }
        }
    }
}
