import Foundation
import Jinja
import OrderedCollections
import Workflow

/// Texts to begin with: workflows that are right and wrong, templates, expressions.
struct Seeds: Sendable {
    let workflows: [[UInt8]]
    let templates: [[UInt8]]
    let expressions: [[UInt8]]

    init(repository: URL) throws {
        func files(_ folder: String, _ ending: String) throws -> [String] {
            let folder = repository.appending(path: folder)
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                .filter { $0.hasSuffix(ending) }
                .map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
        }
        workflows =
            try (files("workflows", ".yaml") + files("Tests/WorkflowTests/Corpus", ".yaml")).map { Array($0.utf8) }
        let lines = try files("Tests/JinjaTests/Differential", ".cases").flatMap { $0.split(separator: "\n") }
            .filter { !$0.hasPrefix("@") && !$0.hasPrefix("# ") }
            .map { $0.replacing("⏎", with: "\n").replacing("⇥", with: "\t") }
        templates = lines.map { Array($0.utf8) }
        expressions = lines.flatMap { $0.matches(of: /\{\{(.*?)\}\}/).map { Array($0.output.1.utf8) } }
    }
}

/// One input, which follows from the seed and its number.
struct FuzzInput: Sendable {
    private enum Kind: Sendable {
        case workflow, template, expression
    }

    private let kind: Kind
    private let bytes: [UInt8]
    private let syntax: Syntax

    init(number: Int, seed: UInt64, seeds: Seeds) {
        var generator = SplitMix64(state: seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
        let pool: [[UInt8]]
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: (kind, pool) = (.workflow, seeds.workflows)
        case 1: (kind, pool) = (.template, seeds.templates)
        default: (kind, pool) = (.expression, seeds.expressions)
        }
        syntax = [.standard, .chatTemplate, .workflow].randomElement(using: &generator) ?? .standard
        var bytes = pool.randomElement(using: &generator) ?? []
        let pieces = kind == .workflow ? Self.yamlPieces + Self.pieces : Self.pieces
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let place = Int.random(in: 0...bytes.count, using: &generator)
            switch Int.random(in: 0..<7, using: &generator) {
            case 0, 1: bytes.insert(contentsOf: (pieces.randomElement(using: &generator) ?? "").utf8, at: place)
            case 2:
                let end = min(place + Int.random(in: 1...12, using: &generator), bytes.count)
                bytes.removeSubrange(place..<end)
            case 3: bytes.removeSubrange(place...)
            case 4: bytes.insert(contentsOf: bytes[(place / 2)..<place], at: place)
            case 5:
                let other = pool.randomElement(using: &generator) ?? []
                let cut = Int.random(in: 0...other.count, using: &generator)
                bytes.insert(contentsOf: other[cut...], at: place)
            default:
                if !bytes.isEmpty { bytes[place % bytes.count] = UInt8.random(in: 0...255, using: &generator) }
            }
        }
        self.bytes = Array(bytes.prefix(1 << 16))
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Does with the input all that a user's file goes through, short of running steps.
    func read() {
        let limits = Limits(outputBytes: 1 << 18, steps: 100_000)
        switch kind {
        case .workflow:
            do throws(Diagnostics) {
                _ = try WorkflowDefinition(SourceText(file: "fuzz.yaml", text: text), fallbackName: "fuzz")
            } catch {
                for diagnostic in error.all { _ = diagnostic.text }
            }
        case .template:
            _ = try? Template(text, syntax: syntax).render(Self.data, limits: limits)
        case .expression:
            _ = try? Expression(text, syntax: syntax).evaluate(Self.data, limits: limits)
        }
    }

    private static let data: Mapping = [
        "n": 7, "f": 2.5, "s": "Hello", "e": "", "b": true, "nil": .null, "l": [3, 1, 2], "x": 1, "y": "é",
        "d": ["a": 1, "b": ["c": [10, 20]]], "messages": [["role": "user", "content": "Hi"]], "tools": .null,
        "items": [["name": "a"], ["name": "b"]],
    ]

    private static let pieces = [
        "{{", "}}", "{%", "%}", "{#", "#}", "${{", "-", "+", "(", ")", "[", "]", "{", "}", "'", "\"", "|", ".", "..",
        ":", "::", ",", "~", "**", "//", "%", "==", " if ", " else ", " in ", " is ", " not ", " and ", "for x in ",
        "endfor", "set ", "macro f(", "endmacro", "call ", "raw", "endraw", "\\", "\\u", "\r\n", "\n", "0", "1e9",
        "9223372036854775807", "-1", "none", "loop.", "caller()", "é", "👩", "\u{0}", " recursive", "|length", "|list",
        "*", "x", ".items()", "break", "continue", "namespace(", "range(9)", ".append(", "|map('upper')", "[::-1]", "=",
        "|tojson", "|format(1)", "'%s' % ", "|groupby('a')", "|replace('a','b')", ".split(", "((((((((", "[[[[[[[[",
    ]

    private static let yamlPieces = [
        "\n  - id: a\n", "\n    ", "\t", ": ", "- ", "? ", "&a ", "*a", "!!str ", "|\n", ">-\n", "---\n", "...\n", "# ",
        "foreach: ", "if: ", "needs: [a]", "steps:\n", "retry: 3", "timeout: 1h", "set: { x: 1 }", "run: [ls]",
        "${{ steps.a.b }}", "<<: *a", "\u{FEFF}", "\u{85}", "\u{2028}", "{", "}", "[", "]", "version: 1\n",
        "prompt: hi", "check: x", "{a: ", "[a, ", "\"", "'", "yes", "12:30:00", "0o17", "~", "null",
    ]
}

/// The same seed gives the same row on every machine.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
