import OrderedCollections

/// What filters take as `attribute=`: a key, an index, or a path such as `address.city` or `items.0`.
struct AttributePath {
    private let keys: [Value]
    private let fallback: Value?

    /// - Parameter attribute: `nil` or null for the element itself.
    init(_ attribute: Value?, default fallback: Value? = nil) throws(TemplateError) {
        self.fallback = fallback
        switch attribute {
        case nil, .null?: keys = []
        case .string(let path)?:
            keys = path.split(at: ".").map { part in
                let isIndex = !part.isEmpty && part.utf8.allSatisfy { decimalDigit($0) != nil }
                return isIndex ? Int(part).map { .integer($0) } ?? .string(part) : .string(part)
            }
        case .integer?: keys = [attribute ?? .null]
        case let other?:
            throw TemplateError(
                .type, "the argument `attribute` must be a string or an integer, not \(other.kindPhrase)")
        }
    }

    /// Several paths, parted by commas.
    static func several(_ attribute: Value?) throws(TemplateError) -> [AttributePath] {
        guard case .string(let text)? = attribute else { return [try AttributePath(attribute)] }
        var paths: [AttributePath] = []
        for part in text.split(at: ",") { paths.append(try AttributePath(.string(part))) }
        return paths
    }

    func value(of element: Value, _ renderer: Renderer) throws(TemplateError) -> Value {
        var value = element
        for key in keys {
            try renderer.step()
            value = try renderer.item(key, of: value, nil, SourceRange(offset: 0, length: 0))
            if value.isUndefined, let fallback { value = fallback }
        }
        return value
    }
}
