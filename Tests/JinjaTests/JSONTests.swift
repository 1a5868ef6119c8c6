import Foundation
import OrderedCollections
import Testing

@testable import Jinja

@Suite struct JSONReadingTests {
    struct Accepted: Sendable {
        var text: String
        var value: Value
    }

    @Test(arguments: [
        Accepted(text: "null", value: nil),
        Accepted(text: " [ ] ", value: []),
        Accepted(text: "{}", value: .mapping([:])),
        Accepted(text: #"{"b":1,"a":[true,false,null]}"#, value: ["b": 1, "a": [true, false, nil]]),
        Accepted(text: "-0", value: 0),
        Accepted(text: "-0.0", value: .number(-0.0)),
        Accepted(text: "1.0", value: 1.0),
        Accepted(text: "1e2", value: 100.0),
        Accepted(text: "9223372036854775807", value: .integer(.max)),
        Accepted(text: "-9223372036854775808", value: .integer(.min)),
        Accepted(text: "9223372036854775808", value: .number(9223372036854775808)),
        Accepted(text: "123456789012345678", value: 123_456_789_012_345_678),
        Accepted(text: #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, value: "\"\\/\u{8}\u{C}\n\r\té😀"),
        Accepted(text: #""\u0000""#, value: "\0"),
        Accepted(text: "\"é😀\"", value: "é😀"),
    ])
    func reads(_ example: Accepted) throws {
        #expect(try Value(json: example.text) == example.value)
    }

    struct Refused: Sendable {
        var text: String
        var line = 1
        var column: Int
        var message: String
    }

    @Test(arguments: [
        Refused(text: "", column: 1, message: "expected a value, but the text ends"),
        Refused(text: "[1,]", column: 3, message: "a comma stands after the last element; remove it"),
        Refused(text: "{\"a\":1,}", column: 7, message: "a comma stands after the last element; remove it"),
        Refused(
            text: "{\n  \"a\": 1,\n  \"a\": 2\n}", line: 3, column: 3,
            message: "the key \"a\" appears twice in one object"),
        Refused(text: "{a: 1}", column: 2, message: "expected a key in double quotes, not `a`"),
        Refused(text: "['a']", column: 2, message: "expected a value; JSON strings stand in double quotes"),
        Refused(text: "[1 2]", column: 4, message: "expected `,` or `]`, not `2`"),
        Refused(text: "{\"é\" 1}", column: 6, message: "expected `:` after a key, not `1`"),
        Refused(text: "01", column: 1, message: "a number starts with a superfluous zero"),
        Refused(text: "1.", column: 3, message: "expected a digit after the decimal point, but the text ends"),
        Refused(text: "-", column: 2, message: "expected a digit, but the text ends"),
        Refused(text: "1e999", column: 1, message: "a number is too large"),
        Refused(text: "\"\\ud800\"", column: 2, message: "a \\u escape is half of a surrogate pair"),
        Refused(text: "\"\\udc00\\ud800\"", column: 2, message: "a \\u escape is half of a surrogate pair"),
        Refused(text: "\"a\nb\"", column: 3, message: "a line break inside a string must be written as an escape"),
        Refused(text: "\"abc", column: 1, message: "a string is not closed: `\"` is missing"),
        Refused(text: "nul", column: 1, message: "expected a value, not `n`"),
        Refused(text: "1 1", column: 3, message: "the text goes on after the value, not `1`"),
        Refused(text: "\u{FEFF}1", column: 1, message: "the text starts with a byte order mark; remove it"),
    ])
    func refuses(_ example: Refused) {
        #expect {
            try Value(json: example.text)
        } throws: { error in
            guard let error = error as? JSONError else { return false }
            return error.line == example.line && error.column == example.column && error.message == example.message
        }
    }

    @Test func refusesBytesThatAreNoUTF8() {
        #expect(throws: JSONError.self) { try Value(json: [0x22, 0x61, 0xFF, 0x22]) }
        #expect(throws: JSONError.self) { try Value(json: [0x22, 0xED, 0xA0, 0x80, 0x22]) }
        #expect { try Value(json: [0x22, 0x61, 0xFF, 0x22]) } throws: { ($0 as? JSONError)?.offset == 2 }
    }

    @Test func theDepthIsLimited() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try Value(json: nested(512)) }
        #expect(throws: JSONError.self) { try Value(json: nested(513)) }
        #expect(throws: JSONError.self) { try Value(json: nested(3), options: JSONOptions(maximumDepth: 2)) }
        #expect(throws: JSONError.self) { try Value(json: String(repeating: "[{\"a\":", count: 500_000)) }
    }

    @Test func theLastOfEqualKeysWinsWhereThatIsAskedFor() throws {
        let value = try Value(json: #"{"a":1,"b":2,"a":3}"#, options: JSONOptions(duplicateKeys: .lastWins))
        #expect(value.json() == #"{"a":3,"b":2}"#)
    }

    @Test func passesTheJSONTestSuite() throws {
        // The data of others lies in `shared/`, in the checkout or beside it.
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let places = ["../..", "../../.."].map { root in
            here.appending(path: "\(root)/shared/data/json-test-suite/test_parsing").standardized
        }
        guard let place = places.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            print("skipped: JSONTestSuite is not here")
            return
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path).filter { $0.hasSuffix(".json") }
        #expect(names.count > 300)
        for name in names {
            let bytes = [UInt8](try Data(contentsOf: place.appending(path: name)))
            let isAccepted = (try? Value(json: bytes, options: JSONOptions(duplicateKeys: .lastWins))) != nil
            if name.hasPrefix("y_") { #expect(isAccepted, "\(name)") }
            if name.hasPrefix("n_") { #expect(!isAccepted, "\(name)") }
        }
    }
}

@Suite struct JSONWritingTests {
    let value: Value = ["b": [1, 2.0, "é\"</script>\n"], "a": ["x": nil, "y": true], "e": [], "m": .mapping([:])]

    @Test func writesCompactly() {
        #expect(
            value.json() == #"{"b":[1,2.0,"é\"</script>\n"],"a":{"x":null,"y":true},"e":[],"m":{}}"#)
    }

    @Test func writesAsPythonDoes() {
        #expect((["a": [1, 2]] as Value).json(.spaced) == #"{"a": [1, 2]}"#)
    }

    @Test func writesLinesWithIndentation() {
        #expect(
            (["a": [1, ["b": 2]], "c": []] as Value).json(.pretty(indent: 2)) == """
                {
                  "a": [
                    1,
                    {
                      "b": 2
                    }
                  ],
                  "c": []
                }
                """)
    }

    struct Number: Sendable {
        var value: Double
        var text: String
    }

    @Test(arguments: [
        Number(value: 1, text: "1.0"), Number(value: 0.1, text: "0.1"), Number(value: 1e16, text: "1e+16"),
        Number(value: 1.5e16, text: "1.5e+16"), Number(value: -1.2345678901234568e16, text: "-1.2345678901234568e+16"),
        Number(value: 1e15, text: "1000000000000000.0"), Number(value: 1e-5, text: "1e-05"),
        Number(value: .leastNonzeroMagnitude, text: "5e-324"), Number(value: .infinity, text: "null"),
        Number(value: .nan, text: "null"),
        Number(value: 1.7976931348623157e308, text: "1.7976931348623157e+308"), Number(value: -0.0, text: "-0.0"),
    ])
    func numbersReadBackEqual(_ number: Number) throws {
        #expect(Value.number(number.value).json() == number.text)
        if number.value.isFinite { #expect(try Value(json: number.text) == .number(number.value)) }
    }

    @Test func deepValuesNeedNoDeepStack() throws {
        let depth = 512
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        try onSmallStack {
            let value = try Value(json: text)
            #expect(value.json() == text)
            #expect(value == value)
            #expect(value.isEqual(to: try Value(json: text)))
            #expect(value.hashValue == value.hashValue)
        }
    }
}
