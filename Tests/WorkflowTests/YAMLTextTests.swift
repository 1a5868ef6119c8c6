import Foundation
import Jinja
import OrderedCollections
import PythonSupport
import Testing

@testable import Workflow

/// Values as YAML: every reader gets back what was written.
@Suite struct YAMLTextTests {
    private static let texts: [String] = [
        "", " ", "a", "word", "two words", "null", "Null", "~", "true", "yes", "No", "on", "off", "y", "N", "12", "1.5",
        "-3",
        "0x1F", "017", "1_000", "1e3", ".inf", ".NaN", "12:30:00", "2026-11-26", "=", "<<", "- a", "-", "--- a", "a: b",
        "a:",
        ": a", "a #b", "#a", "a\nb", "a\nb\n", "a\n\n", "\na", " a", "a ", "a \nb", "\ta", "a\tb", "a\rb", "\u{7}",
        "\u{85}",
        "\u{2028}", "é", "日本", "🦉", "'", "\"", "\\", "\\n", "[a]", "{a}", "*a", "&a", "!a", "%a", "@a", "`a",
        "a, b", "a]", "${{ x }}", "{{ x }}", "|", ">", "?", "? a", String(repeating: "long ", count: 100),
        "a\n  indented\nb", "line\r\nline", "trailing\n ", "...", "a.b/c-d_e", "C:\\x", "50%",
    ]

    @Test func everyTextComesBackAsItself() throws {
        for text in Self.texts {
            let value: Value = ["key": .string(text), "list": [.string(text)]]
            let source = SourceText(file: "t.yaml", text: try YAMLText.document(value))
            let read = try YAMLDocument.read(source)
            #expect(read.data == value, "\(text.debugDescription): \(source.text)")
            if !text.isEmpty {
                let keyed: Value = .mapping([text: 1])
                let back = try YAMLDocument.read(SourceText(file: "t.yaml", text: try YAMLText.document(keyed)))
                #expect(back.data == keyed, "\(text.debugDescription)")
            }
        }
    }

    @Test func everyValueComesBackAsItself() throws {
        let value: Value = [
            "none": .null, "yes": true, "n": 12, "x": 1.5, "whole": 2.0, "big": .number(1e300), "empty": [],
            "nothing": [:],
            "nested": [["a": [1, [2, []]]], "b"], "deep": ["a": ["b": ["c": .null]]],
        ]
        #expect(try YAMLDocument.read(SourceText(file: "t.yaml", text: try YAMLText.document(value))).data == value)
    }

    @Test(.enabled(if: Python.has("yaml"))) func aReaderOfYAML1_1GetsTheSame() throws {
        let value: Value = .list(Self.texts.map { .string($0) })
        let script = BrokenWorkflow.folder.appending(path: "yaml_as_json.py")
        let outcome = try #require(try Python.run(script, input: Data(try YAMLText.document(value).utf8)))
        #expect(outcome.status == 0)
        #expect(try Value(json: String(decoding: outcome.output, as: UTF8.self)) == value)
    }
}
