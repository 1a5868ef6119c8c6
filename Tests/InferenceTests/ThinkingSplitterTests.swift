import Inference
import Testing

struct ThinkingSplitterTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        var startsInThinking = false
        var reasoning = ""
        var answer = ""

        var testDescription: String { text }

        /// Both parts of the text when it arrives in these pieces.
        func parts(of pieces: [Substring]) -> ThinkingSplitter.Parts {
            var splitter = ThinkingSplitter(startsInThinking: startsInThinking)
            var whole = ThinkingSplitter.Parts()
            for parts in pieces.map({ splitter.append(String($0)) }) + [splitter.finish()] {
                whole.reasoning += parts.reasoning
                whole.answer += parts.answer
            }
            return whole
        }
    }

    static let cases: [Case] = [
        Case(text: ""),
        Case(text: "Plain words", answer: "Plain words"),
        Case(text: "  \n indented", answer: "  \n indented"),
        Case(text: "   ", answer: "   "),
        Case(text: "<think>why</think>because", reasoning: "why", answer: "because"),
        Case(text: "\n <think>\nwhy\n</think>\n\nbecause\n", reasoning: "why\n", answer: "because\n"),
        Case(text: "<thinking>a <b> </think> c</thinking>d", reasoning: "a <b> </think> c", answer: "d"),
        Case(text: "<reasoning>a</reasoning>b", reasoning: "a", answer: "b"),
        Case(text: "[THINK]a [1] [/THIN[/THINK]b [2]", reasoning: "a [1] [/THIN", answer: "b [2]"),
        Case(text: "<think>\n\n</think>\n\nat once", answer: "at once"),
        Case(text: "<think></think>", reasoning: ""),
        Case(text: "<think>never closed </thin", reasoning: "never closed </thin"),
        Case(text: "<think>a</think> <think>b</think> c", reasoning: "ab", answer: "c"),
        Case(text: "<thin air", answer: "<thin air"),
        Case(text: "<thi", answer: "<thi"),
        Case(text: "<p>html</p>", answer: "<p>html</p>"),
        Case(text: "Use <think>x</think> so", answer: "Use <think>x</think> so"),
        Case(text: "</think> alone", answer: "</think> alone"),
        Case(text: "<think>a</think>b </think> <think>c", reasoning: "a", answer: "b </think> <think>c"),
        Case(text: "<think>größer 👩‍👩‍👧\r\n</think>é日本", reasoning: "größer 👩‍👩‍👧\r\n", answer: "é日本"),
        Case(text: "why</think>because", startsInThinking: true, reasoning: "why", answer: "because"),
        Case(text: "\nwhy[/THINK] because", startsInThinking: true, reasoning: "why", answer: "because"),
        Case(text: "<think>why</think>because", startsInThinking: true, reasoning: "why", answer: "because"),
        Case(text: "not closed", startsInThinking: true, reasoning: "not closed"),
        Case(text: "  ", startsInThinking: true),
        Case(text: "<thi", startsInThinking: true, reasoning: "<thi"),
        Case(
            text: "<|channel|>analysis<|message|>Hm <b>.<|end|><|start|>assistant<|channel|>final<|message|>Yes < no",
            reasoning: "Hm <b>.", answer: "Yes < no"),
        Case(
            text: "<|start|>assistant<|channel|>analysis<|message|>a<|end|><|channel|>final<|message|>b<|return|>",
            reasoning: "a", answer: "b"),
        Case(
            text: "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>", reasoning: "{}"),
        Case(text: "<|channel|>final <|constrain|>json<|message|>{}", answer: "{}"),
        Case(text: "<|start|>assistant<|message|>b", answer: "b"),
        Case(text: "<|channel|>analysis<|message|>never ended <|en", reasoning: "never ended <|en"),
        Case(
            text: "a<|end|><|start|>assistant<|channel|>final<|message|>b", startsInThinking: true, reasoning: "a",
            answer: "b"),
    ]

    @Test(arguments: cases)
    func `a text is parted the same wherever it is cut`(_ example: Case) {
        let expected = ThinkingSplitter.Parts(reasoning: example.reasoning, answer: example.answer)
        let text = example.text
        #expect(example.parts(of: [text[...]]) == expected)
        let scalars = text.unicodeScalars
        #expect(example.parts(of: scalars.indices.map { text[$0..<scalars.index(after: $0)] }) == expected)
        for first in scalars.indices {
            #expect(example.parts(of: [text[..<first], text[first...]]) == expected)
            for second in scalars[first...].indices {
                #expect(example.parts(of: [text[..<first], text[first..<second], text[second...]]) == expected)
            }
        }
    }

    @Test func `only what may be a tag is held back`() {
        var splitter = ThinkingSplitter()
        #expect(splitter.append("<thi") == .init())
        #expect(splitter.append("nk>so 1 < 2 <") == .init(reasoning: "so 1 < 2 "))
        #expect(splitter.append("/ ") == .init(reasoning: "</ "))
        #expect(splitter.append("x</think") == .init(reasoning: "x"))
        #expect(splitter.append(">") == .init())
        #expect(splitter.append(" An") == .init(answer: "An"))
        #expect(splitter.append("swer <think>") == .init(answer: "swer <think>"))
        #expect(splitter.finish() == .init())
    }

    @Test func `an answer without tags goes through at its first letter`() {
        var splitter = ThinkingSplitter()
        #expect(splitter.append("<t") == .init())
        #expect(splitter.append("able>") == .init(answer: "<table>"))
    }

    @Test func `a header that never ends is not held for ever`() {
        var splitter = ThinkingSplitter()
        _ = splitter.append("<|channel|>")
        let parts = splitter.append(String(repeating: "x", count: 300))
        #expect(parts.reasoning.hasSuffix("xxx"))
    }
}
