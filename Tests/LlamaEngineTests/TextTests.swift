import LlamaEngine
import Testing

struct UTF8AssemblerTests {
    @Test(arguments: ["Grüße, 世界! 🦉🇵🇹 e\u{301}", "", "plain"])
    func `characters come whole wherever the bytes are cut`(text: String) {
        let bytes = Array(text.utf8)
        for size in 1...5 {
            var assembler = UTF8Assembler()
            var result = ""
            for start in stride(from: 0, to: bytes.count, by: size) {
                let part = assembler.append(bytes[start..<min(start + size, bytes.count)])
                #expect(!part.unicodeScalars.contains("\u{FFFD}"))
                result.unicodeScalars += part.unicodeScalars
            }
            result += assembler.finish()
            #expect(Array(result.utf8) == bytes)
        }
    }

    @Test func `bytes that cannot become a character are replaced at once, an unfinished one at the end`() {
        var assembler = UTF8Assembler()
        #expect(assembler.append([0x61, 0xFF, 0x62]) == "a\u{FFFD}b")
        #expect(assembler.append([0xF0, 0x9F]) == "")
        #expect(assembler.append([0xA6]) == "")
        #expect(assembler.finish() == "\u{FFFD}")
        #expect(assembler.append([0xED, 0xA0, 0x80]).unicodeScalars.allSatisfy { $0 == "\u{FFFD}" })
        #expect(assembler.append([0xE0]) == "")
        #expect(assembler.append([0x41]) == "\u{FFFD}A")
        #expect(assembler.finish() == "")
    }

    @Test func `any bytes in any portions give the text that they give at once`() {
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 0...12)).map { _ in
                [0x41, 0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x90, 0x80, 0xFF, 0xED, 0xA0].randomElement() ?? 0
            }
            var assembler = UTF8Assembler()
            let text = bytes.map { assembler.append([UInt8($0)]) }.joined() + assembler.finish()
            #expect(text == String(decoding: bytes.map { UInt8($0) }, as: UTF8.self))
        }
    }
}

struct StopMatcherTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var stops: [String]
        var shown: String
        var testDescription: String { "\(text) until \(stops)" }
    }

    @Test(arguments: [
        Case(text: "one two three", stops: [" two"], shown: "one"),
        Case(text: "aaab", stops: ["aab"], shown: "a"),
        Case(text: "no stop here", stops: ["###", "herd"], shown: "no stop here"),
        Case(text: "ends with ##", stops: ["###"], shown: "ends with ##"),
        Case(text: "abc", stops: ["abc", "b"], shown: "a"),
        Case(text: "xabc", stops: ["bc", "abc"], shown: "x"),
        Case(text: "日本語 terminé", stops: ["語"], shown: "日本"),
        Case(text: "e\u{301}x", stops: ["\u{301}"], shown: "e"),
        Case(text: "", stops: ["a"], shown: ""),
    ])
    func `the text before the stop text is shown, however it is cut`(example: Case) {
        let scalars = Array(example.text.unicodeScalars)
        for size in 1...4 {
            var matcher = StopMatcher(example.stops)
            var shown = ""
            for start in stride(from: 0, to: scalars.count, by: size) {
                var part = String.UnicodeScalarView()
                part.append(contentsOf: scalars[start..<min(start + size, scalars.count)])
                shown += matcher.append(String(part))
            }
            if !matcher.isStopped { shown += matcher.finish() }
            #expect(Array(shown.utf8) == Array(example.shown.utf8))
            #expect(matcher.isStopped == (example.shown != example.text))
        }
    }

    @Test func `only what could begin a stop text is held back`() {
        var matcher = StopMatcher(["\n\n"])
        #expect(matcher.append("a\n") == "a")
        #expect(matcher.append("b") == "\nb")
        #expect(matcher.append("\n") == "")
        #expect(matcher.finish() == "\n")
    }
}
