import Jinja
import OrderedCollections

/// A value by what JSON Schema takes as equal: `1` and `1.0` are, objects with the same keys in another order are,
/// `1` and `true` are not, and neither are strings that differ in their code points only.
struct JSONIdentity: Sendable, Hashable {
    private let bytes: [UInt8]

    init(_ value: Value) {
        // Strings would be compared by canonical equivalence, their bytes are not.
        bytes = Array(Self.normalized(value).json().utf8)
    }

    private static func normalized(_ value: Value) -> Value {
        switch value {
        case .number(let number): return Int(exactly: number).map(Value.integer) ?? value
        case .list(let values), .tuple(let values): return .list(values.map(normalized))
        case .mapping(let entries):
            var sorted = entries.mapValues(normalized)
            sorted.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            return .mapping(sorted)
        default: return value
        }
    }
}
