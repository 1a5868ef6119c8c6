import Jinja
import OrderedCollections

/// One schema of the many that a schema is made of. Nodes name one another by their index.
struct SchemaNode: Sendable {
    /// A JSON pointer into the document.
    let place: String
    /// The index of the resource that it stands in.
    let resource: Int
    /// What kind of text is meant. A note for people, by which texts are only brought into form.
    var format: String?
    /// In the order in which they are checked.
    var rules: [SchemaRule] = []

    /// Whether it is the schema `false`, which nothing fits.
    var refusesAll: Bool {
        if case .never? = rules.first { true } else { false }
    }
}

/// What a keyword, or a few that belong together, ask of a value.
enum SchemaRule: Sendable {
    /// The schema `false`.
    case never
    /// `const` and `enum`.
    case values([Value], Set<JSONIdentity>)
    case types([SchemaType])
    case number(NumberRule)
    case string(StringRule)
    case array(ArrayRule)
    case object(ObjectRule)
    case combination(CombinationRule)
}

enum SchemaType: String, Sendable, CaseIterable {
    case array
    case boolean
    case integer
    case null
    case number
    case object
    case string
}

enum NumberRule: Sendable {
    case multiple(of: ExactNumber, text: String)
    case atLeast(Value)
    case atMost(Value)
    case moreThan(Value)
    case lessThan(Value)
}

/// Lengths are in Unicode scalars.
enum StringRule: Sendable {
    case atLeast(Int)
    case atMost(Int)
    case pattern(SchemaPattern)
}

enum ArrayRule: Sendable {
    case atLeast(Int)
    case atMost(Int)
    case unique
    /// `prefixItems`, and `items` for what follows them.
    case elements(first: [Int], rest: Int?)
    case contains(Int, atLeast: Int, atMost: Int?)
    case unevaluated(Int)
}

enum ObjectRule: Sendable {
    case atLeast(Int)
    case atMost(Int)
    case required([String])
    /// `dependentRequired`: the keys that one key needs.
    case requiredBeside(key: String, [String])
    case dependent(key: String, Int)
    case keys(Int)
    case members(SchemaMembers)
    case unevaluated(Int)
}

/// `properties`, `patternProperties`, and `additionalProperties` for the keys that neither speaks about.
struct SchemaMembers: Sendable {
    var named: OrderedDictionary<String, Int> = [:]
    var matching: [(pattern: SchemaPattern, node: Int)] = []
    var others: Int?
}

/// Schemas for the same value.
enum CombinationRule: Sendable {
    case all([Int])
    case any([Int])
    case one([Int])
    /// With the schema as text, for messages.
    case not(Int, String)
    case condition(if: Int, then: Int?, else: Int?)
    /// `$ref` and `$dynamicRef`: the index of a ``SchemaLink``.
    case reference(Int)
}

/// Where a reference leads.
struct SchemaLink: Sendable {
    var node: Int
    /// The name by which the outermost resource at work is asked first, for a `$dynamicRef` to a `$dynamicAnchor`.
    var dynamicAnchor: String?
}

/// A schema with an address of its own: the document, and each part of it that has an `$id`.
struct SchemaResource: Sendable {
    /// Without fragment; empty for a document without `$id`.
    let address: String
    /// A JSON pointer into the document.
    let place: String
    var anchors: [String: Int] = [:]
    var dynamicAnchors: [String: Int] = [:]
}
