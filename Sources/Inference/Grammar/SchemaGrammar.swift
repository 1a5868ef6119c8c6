package import Jinja

/// A grammar that lets a model write only what fits a JSON Schema, as far as a grammar can say that.
///
/// The JSON is written in one way: a blank behind `:` and `,` and none elsewhere, keys in the order in which the schema
/// has them, no key that it does not name unless it says `additionalProperties`. So much of an answer is certain before it
/// is written.
package struct SchemaGrammar: Sendable, Hashable {
    /// The grammar in GBNF; its first rule is `root`.
    package let gbnf: String
    /// What the grammar leaves open and only the check of the answer finds, as in "`uniqueItems` at /tags"; each once.
    package let unconstrained: [String]

    /// - Parameter schema: of draft 2020-12.
    /// - Throws: ``GrammarError`` where no answer can fit, or a `$ref` leads nowhere.
    package init(_ schema: Value) throws(GrammarError) {
        var builder = SchemaGrammarBuilder(document: schema)
        do throws(SchemaGrammarBuilder.Failure) {
            let root = try builder.expression(schema, SchemaPlace())
            builder.rules.add("root", root)
        } catch {
            switch error {
            case .impossible: throw GrammarError("no answer can fit the schema")
            case .wrong(let message): throw GrammarError(message)
            }
        }
        gbnf = builder.rules.text
        unconstrained = builder.gaps
        guard gbnf.utf8.count < 4 << 20 else { throw GrammarError("the grammar of the schema is too large") }
    }
}

/// Where a schema stands in its document.
struct SchemaPlace {
    /// As a JSON pointer shows it; empty for the whole.
    private(set) var pointer = ""
    /// As a rule is called for it.
    private(set) var name = "root"
    private(set) var depth = 0

    func inside(_ key: String) -> Self {
        var place = self
        place.pointer += "/" + key
        let letters = key.unicodeScalars.map { scalar -> Character in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
                ? Character(scalar) : "-"
        }
        place.name += "-" + String(String(letters).prefix(24))
        place.depth += 1
        return place
    }
}

/// The rules of a grammar that is being made.
struct GrammarRules {
    private var all: [(name: String, body: String)] = []
    private var names: Set<String> = []

    /// The root comes first.
    var text: String {
        (all.filter { $0.name == "root" } + all.filter { $0.name != "root" })
            .map { "\($0.name) ::= \($0.body)\n" }.joined()
    }

    /// A name that no other rule has.
    mutating func name(like wanted: String) -> String {
        var name = wanted == "root" ? "root-value" : wanted
        var number = 1
        while !names.insert(name).inserted {
            number += 1
            name = "\(wanted)-\(number)"
        }
        return name
    }

    mutating func add(_ name: String, _ body: String) {
        names.insert(name)
        all.append((name, body))
    }

    /// Adds one of the rules that all schemas share, once.
    mutating func share(_ name: String, _ body: String) -> String {
        if names.insert(name).inserted { all.append((name, body)) }
        return name
    }
}
