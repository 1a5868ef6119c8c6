package import Jinja
import OrderedCollections

/// A JSON Schema by draft 2020-12, ready to check values with.
///
/// All of the draft's core, applicator, unevaluated and validation vocabularies counts, with these exceptions:
/// - A reference leads to a place in the schema itself, or to a part of it that has an `$id`. One that would have to be
///   fetched, that of the draft's own meta-schema among them, is a mistake.
/// - `$schema` and `$vocabulary` are not looked at: a schema is read by this draft, whatever it says. Definitions below
///   the older `definitions` are found.
/// - `format` and the `content…` keywords are notes for people, as the draft has it where nothing else is said.
/// - A pattern is read by the regular expressions of ICU, in which `\d`, `\w`, `\s` and `$` are made to mean what they
///   mean in ECMAScript.
///
/// Keywords that the draft does not know are left alone, as it demands.
package struct JSONSchema: Sendable {
    let nodes: [SchemaNode]
    let links: [SchemaLink]
    let resources: [SchemaResource]
    let root: Int
    /// Whether something in the schema asks which parts of a value no other part of the schema spoke about.
    let asksForUnevaluated: Bool

    /// Whether it names kinds of texts that may have to be brought into form although they fit.
    var hasFormats: Bool { nodes.contains { $0.format == "date" } }

    /// Whether nothing but a mapping or a list fits.
    var asksForContainer: Bool {
        nodes[root].rules.contains { rule in
            if case .types(let types) = rule { types.allSatisfy { $0 == .object || $0 == .array } } else { false }
        }
    }

    /// Why a schema is none.
    package struct Mistake: Error, Sendable, Hashable {
        /// One sentence without a full stop.
        package let message: String
        /// The place in the schema as a JSON pointer, such as `/properties/age/type`; empty for the whole.
        package let place: String
    }

    /// What is wrong with a value.
    package struct Violation: Sendable, Hashable {
        /// The place in the value as people write it: `category`, `items[2].price`; empty for the whole.
        package let path: String
        /// What the place must be or has too much of, to be read after its name: `must be a string, not the integer 5`.
        package let message: String
    }

    /// Reads a schema as a whole, so that no mistake in it waits for the value that would meet it.
    package init(_ schema: Value) throws(Mistake) {
        guard schema.isNested(within: SchemaLimits.schemaNesting) else {
            throw Mistake(
                message: "the schema is nested deeper than \(SchemaLimits.schemaNesting) levels", place: "")
        }
        var compiler = SchemaCompiler(document: schema)
        root = try compiler.compileDocument()
        nodes = compiler.nodes
        links = compiler.links
        resources = compiler.resources
        asksForUnevaluated = compiler.asksForUnevaluated
    }

    /// What is wrong with the value; nothing for one that fits.
    package func violations(of value: Value, atMost limit: Int = 10) -> [Violation] {
        guard limit > 0 else { return [] }
        guard value.isNested(within: SchemaLimits.valueNesting) else {
            return [Violation(path: "", message: "is nested deeper than \(SchemaLimits.valueNesting) levels")]
        }
        var checker = SchemaChecker(self, limit: limit)
        return checker.violations(of: value)
    }
}

/// What keeps a check from running out of thread stack or of time.
enum SchemaLimits {
    /// How many containers of a schema may stand inside one another.
    static let schemaNesting = 64
    /// How many containers of a value may stand inside one another.
    static let valueNesting = 128
    /// How many parts of a schema may be at work inside one another. Each takes about 5 KB of stack in a debug build.
    static let depth = 96
    /// How often a part of a schema meets a part of a value in one check.
    static let steps = 10_000_000
}

extension Value {
    /// Walks without using thread stack, which a value of any depth would exhaust.
    fileprivate func isNested(within limit: Int) -> Bool {
        var level = [self]
        for _ in 0...limit {
            level = level.flatMap { value -> [Value] in
                switch value {
                case .list(let values), .tuple(let values): values
                case .mapping(let entries): Array(entries.values)
                default: []
                }
            }
            if level.isEmpty { return true }
        }
        return false
    }
}
