import Jinja

extension Declared {
    /// Reads a mapping, or the bare value that stands for its ``shorthand`` key. Every mistake is reported; the
    /// result is usable for further checks even then, and `nil` only when the node is no mapping at all.
    package static func decode(_ node: YAMLNode, key: String, _ decoding: Decoding) -> Self? {
        guard case .mapping(let entries) = node.content, !YAMLTrap.isBareExpression(node, in: decoding.source) else {
            guard let shorthand, let field = fields.first(where: { $0.key == shorthand }), !node.isNull else {
                decoding.mismatch(node, expected: "a mapping", of: key)
                return nil
            }
            var owner = Self()
            let before = decoding.diagnostics.count
            field.read(node, &owner, decoding)
            if decoding.diagnostics.count == before { owner.validate(at: node.place, decoding) }
            return owner
        }
        return decode(entries, at: node.place, named: "`\(key)`", decoding)
    }

    /// - Parameter base: what holds for keys that are not there; then none must be, and a null takes one out of it.
    static func decode(
        _ entries: [YAMLNode.Entry], over base: Self? = nil, at place: Place, named name: String, _ decoding: Decoding
    ) -> Self {
        var owner = base ?? Self()
        let before = decoding.diagnostics.count
        var given: Set<String> = []
        for entry in entries {
            guard let field = field(for: entry) else {
                // The key that is meant is there, though misspelt: that it is missing would be one mistake told twice.
                if let meant = reportUnknown(entry.key, in: name, decoding) { given.insert(meant) }
                continue
            }
            given.insert(field.key)
            if base != nil, entry.value.isNull {
                field.reset(&owner)
            } else if field.isLeftEmpty(entry.value) {
                decoding.report(
                    "`\(field.key)` takes \(field.expected), but nothing follows it", at: entry.key.place,
                    length: entry.key.underlined)
            } else {
                field.read(entry.value, &owner, decoding)
            }
        }
        for field in fields where base == nil && field.isRequired && !given.contains(field.key) {
            decoding.report("\(name) needs the key `\(field.key)`", at: place)
        }
        // What was not read cannot be judged together.
        if decoding.diagnostics.count == before { owner.validate(at: place, decoding) }
        return owner
    }

    private static func field(for entry: YAMLNode.Entry) -> Field<Self>? {
        fields.first { $0.key == entry.key.scalar?.text }
    }

    /// - Returns: the key that is probably meant.
    private static func reportUnknown(_ node: YAMLNode, in name: String, _ decoding: Decoding) -> String? {
        let key = node.scalar?.text ?? ""
        let meant = nearest(key, among: fields.map(\.key))
        decoding.report(
            "\(name) has no key `\(key)`", at: node.place, length: node.underlined, suggestion: meant)
        return meant
    }
}
