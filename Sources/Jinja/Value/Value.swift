package import OrderedCollections

/// A mapping from names to values that keeps the order in which its keys were added.
package typealias Mapping = OrderedDictionary<String, Value>

/// A JSON-shaped value, plus what exists only while a template runs.
///
/// The first eight cases are data. ``undefined(_:)``, ``callable(_:)``, ``tuple(_:)`` and ``transient(_:)`` appear inside
/// expressions; ``Expression/evaluate(_:environment:limits:)`` never gives them back: tuples become lists, namespaces
/// become mappings, and the rest is an error.
package enum Value: Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case list([Value])
    case mapping(Mapping)
    /// What a name, key or index that does not exist evaluates to; using it is an error.
    case undefined(Undefined)
    /// A function that the caller of a template offers, or one of Jinja's own global functions. It is seldom met, and so
    /// large that it would make every other value larger.
    indirect case callable(Callable)
    /// A Python tuple: the pairs of `items()`, the groups of `groupby`, `(a, b)`.
    case tuple([Value])
    /// A handle to something that lives in one rendering: a namespace, a loop, a macro, a bound method.
    case transient(Transient)
}

/// A handle into the tables of the rendering that made it. It means nothing outside of it.
package struct Transient: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case namespace
        case loop
        case macro
        case method
        case cycler
        case joiner
    }

    let kind: Kind
    let index: Int
}

extension Value: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: Value...) { self = .list(elements) }

    /// The last of equal keys wins.
    package init(dictionaryLiteral elements: (String, Value)...) {
        self = .mapping(Mapping(elements, uniquingKeysWith: { _, last in last }))
    }
}
