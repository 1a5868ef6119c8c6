import Foundation
import Inference
import Jinja
import SeededRandom
import Testing

/// What the grammars of schemas allow, without a model.
struct SchemaGrammarTests {
    static let schemas: [String] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "LlamaEngineTests/Schemas/schemas.jsonl")
        return ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }()

    @Test func thereAreTwoHundredSchemas() { #expect(Self.schemas.count >= 200) }

    /// Texts at random, of those that a grammar allows.
    @Test(arguments: schemas) func whatAGrammarAllowsFitsItsSchema(text: String) throws {
        let value = try Value(json: text)
        let grammar = try SchemaGrammar(value)
        let schema = try JSONSchema(value)
        let automaton = GrammarAutomaton(try Grammar(gbnf: grammar.gbnf))
        var source = SplitMix64(seed: 7)
        for _ in 0..<12 {
            guard let answer = Self.answer(automaton, &source) else { continue }
            let found = try #require(try? Value(json: answer), "\(answer) by \(grammar.gbnf)")
            if grammar.unconstrained.isEmpty {
                #expect(schema.violations(of: found, atMost: 1).isEmpty, "\(answer) by \(grammar.gbnf)")
            }
        }
    }

    /// Goes through the grammar at random and, after a while, where it ends soonest as far as one byte tells.
    private static func answer(_ automaton: GrammarAutomaton, _ source: inout SplitMix64) -> String? {
        var state = automaton.start
        var bytes: [UInt8] = []
        while bytes.count < 1500 {
            if automaton.isOver(state) || (automaton.isComplete(state) && Int.random(in: 0..<4, using: &source) == 0) {
                return String(decoding: bytes, as: UTF8.self)
            }
            // Brackets and quotation marks that close are taken often, so that texts come to an end.
            let closing: [UInt8] = [UInt8(ascii: "\""), UInt8(ascii: "}"), UInt8(ascii: "]")]
            let near = bytes.count > 60 || Int.random(in: 0..<6, using: &source) == 0
            if near, let byte = closing.first(where: { automaton.step(state, $0) != nil }),
                let next = automaton.step(state, byte)
            {
                bytes.append(byte)
                state = next
                continue
            }
            let possible = (0...255).map(UInt8.init).filter { automaton.step(state, $0) != nil }
            let plain = possible.filter { $0 < 128 }
            guard
                let byte = (plain.isEmpty || Int.random(in: 0..<10, using: &source) == 0 ? possible : plain)
                    .randomElement(using: &source), let next = automaton.step(state, byte)
            else { return nil }
            bytes.append(byte)
            state = next
        }
        return automaton.isComplete(state) ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// Answers that fit, written as the grammars want them: none may be refused.
    static let fitting: [(schema: String, answers: [String])] = [
        (#"{"type":"integer","minimum":-17,"maximum":120}"#, ["-17", "-9", "-1", "0", "7", "99", "100", "120"]),
        (#"{"type":"integer"}"#, ["0", "-1", "1234567890123456"]),
        (#"{"type":"integer","minimum":5}"#, ["5", "9", "10", "123456789"]),
        (#"{"type":"integer","maximum":-5}"#, ["-5", "-9", "-10", "-123456789"]),
        (#"{"type":"number","minimum":0,"maximum":1}"#, ["0", "0.5", "0.999", "1", "1.0"]),
        (#"{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1}"#, ["0.1", "0.001", "0.9999"]),
        (
            #"{"type":"number","minimum":-0.25,"maximum":2.75}"#,
            ["-0.25", "-0.2", "-0.1", "0", "1.5", "2", "2.7", "2.75"]
        ),
        (#"{"type":"number","minimum":3.14,"maximum":3.15}"#, ["3.14", "3.145", "3.15"]),
        (#"{"type":"number"}"#, ["0", "-1.5", "1e10", "2.5E-3", "123456.789"]),
        (#"{"type":"string"}"#, ["\"\"", #""a b""#, #""é🦉""#, #""\"\\\n""#]),
        (#"{"type":"string","minLength":2,"maxLength":3}"#, [#""ab""#, #""é🦉a""#, #""\n\"""#]),
        (#"{"type":"string","pattern":"^\\d{3}-[a-f]+$"}"#, [#""123-abc""#]),
        (#"{"type":"string","pattern":"b+"}"#, [#""b""#, #""abba""#]),
        (#"{"type":"string","pattern":"^\"\\\\.$"}"#, [#""\"\\x""#, #""\"\\\\""#]),
        (
            #"{"type":"string","format":"date"}"#,
            [#""2026-11-26""#, #""2024-02-29""#, #""2000-02-29""#, #""1999-12-31""#, #""0004-02-29""#]
        ),
        (#"{"type":"string","format":"date-time"}"#, [#""2026-11-26T18:00:00Z""#, #""2026-11-26T18:00:00.25+01:00""#]),
        (#"{"type":"string","format":"email"}"#, [#""jo.ann+x@mail.example.org""#]),
        (#"{"type":"array","items":{"type":"integer"}}"#, ["[]", "[1]", "[1, 2, 3]"]),
        (#"{"type":"array","prefixItems":[{"type":"boolean"},{"type":"null"}]}"#, ["[]", "[true]", "[true, null, 1]"]),
        (
            #"{"type":"object","properties":{"a":{"type":"null"},"b":{"type":"null"},"c":{"type":"null"}}}"#,
            [
                "{}", #"{"a": null}"#, #"{"b": null}"#, #"{"c": null}"#, #"{"a": null, "c": null}"#,
                #"{"a": null, "b": null, "c": null}"#,
            ]
        ),
        (
            #"{"type":"object","properties":{"a":{"type":"null"},"b":{"type":"null"}},"required":["b"]}"#,
            [#"{"b": null}"#, #"{"a": null, "b": null}"#]
        ),
        (
            #"{"type":"object","properties":{"ab":{"type":"null"}},"additionalProperties":{"type":"integer"}}"#,
            ["{}", #"{"a": 1}"#, #"{"ab": null}"#, #"{"ab": null, "abc": 2, "": 3}"#, #"{"b": 1}"#]
        ),
        (#"{"type":"object"}"#, ["{}", #"{"x": [1, {"y": "z"}], "n": null}"#]),
        ("{}", ["null", "true", "[]", "{}", "1", #""x""#]),
        (#"{"enum":["a",1,null,{"k":[1]}]}"#, [#""a""#, "1", "null", #"{"k": [1]}"#]),
        (#"{"const":"tab\t"}"#, [#""tab\t""#]),
        (
            ##"{"anyOf":[{"type":"null"},{"type":"object","properties":{"n":{"$ref":"#"}},"required":["n"]}]}"##,
            ["null", #"{"n": {"n": null}}"#]
        ),
    ]

    @Test func whatFitsIsAllowed() throws {
        for (schema, answers) in Self.fitting {
            let grammar = try SchemaGrammar(Value(json: schema))
            let automaton = GrammarAutomaton(try Grammar(gbnf: grammar.gbnf))
            for answer in answers {
                let state = automaton.step(automaton.start, Array(answer.utf8))
                #expect(state.map(automaton.isComplete) == true, "\(answer) by \(schema) as \(grammar.gbnf)")
            }
        }
    }

    @Test func whatIsNotHeldToIsTold() throws {
        func gaps(_ schema: String) throws -> [String] { try SchemaGrammar(Value(json: schema)).unconstrained }
        #expect(try gaps(#"{"type":"array","uniqueItems":true}"#) == ["`uniqueItems`"])
        #expect(
            try gaps(#"{"type":"object","properties":{"ip":{"type":"string","format":"ipv4"}}}"#)
                == ["`format: ipv4` at /ip"])
        #expect(try gaps(#"{"type":"string","pattern":"^(?=a).*$"}"#) == ["`pattern`"])
        #expect(try gaps(#"{"type":"integer","multipleOf":7}"#) == ["`multipleOf`"])
        #expect(try gaps(#"{"oneOf":[{"type":"integer"},{"type":"number"}]}"#) == ["`oneOf`"])
        #expect(try gaps(#"{"oneOf":[{"type":"integer"},{"type":"string"}]}"#).isEmpty)
        #expect(try gaps(#"{"if":{},"then":false,"type":"null"}"#) == ["`if`"])
    }

    @Test(arguments: [
        (#"{"enum":[]}"#, "no answer can fit"), ("false", "no answer can fit"),
        (#"{"type":"integer","minimum":3,"maximum":2}"#, "no answer can fit"),
        (#"{"allOf":[{"type":"string"},{"type":"null"}]}"#, "no answer can fit"),
        (##"{"$ref":"#/$defs/gone"}"##, "leads nowhere"), (#"{"$ref":"https://example.org/x"}"#, "leads nowhere"),
        (##"{"allOf":[{"$ref":"#"}]}"##, "in a circle"), (#"{"type":"strange"}"#, "there is no type `strange`"),
        (#"{"properties":{"a":3}}"#, "is an integer"),
    ]) func aSchemaWithoutAnAnswerIsToldInASentence(schema: String, message: String) throws {
        let value = try Value(json: schema)
        #expect {
            try SchemaGrammar(value)
        } throws: { error in
            "\(error)".contains(message)
        }
    }
}
