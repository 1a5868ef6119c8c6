import Inference
import Testing

/// Follows texts through grammars.
struct GrammarTests {
    private func follow(_ gbnf: String, _ text: String) throws -> (GrammarAutomaton, GrammarAutomaton.State?) {
        let automaton = GrammarAutomaton(try Grammar(gbnf: gbnf))
        return (automaton, automaton.step(automaton.start, Array(text.utf8)))
    }

    private func accepts(_ gbnf: String, _ text: String) throws -> Bool {
        let (automaton, state) = try follow(gbnf, text)
        return state.map(automaton.isComplete) ?? false
    }

    struct Case: Sendable {
        var gbnf: String
        var right: [String]
        var wrong: [String]
    }

    static let cases = [
        Case(gbnf: #"root ::= "yes" | "no""#, right: ["yes", "no"], wrong: ["", "y", "yesno", "maybe"]),
        Case(gbnf: #"root ::= [a-c]+ [^a-c]"#, right: ["a1", "abcz", "cé", "b🦉"], wrong: ["1", "a", "ab", "aa1a"]),
        Case(gbnf: #"root ::= "a"{2,4}"#, right: ["aa", "aaa", "aaaa"], wrong: ["a", "aaaaa"]),
        Case(gbnf: #"root ::= "a"{2}"#, right: ["aa"], wrong: ["a", "aaa"]),
        Case(gbnf: #"root ::= ("a" | "b"){2,}"#, right: ["ab", "bbbbbb"], wrong: ["", "a", "abc"]),
        Case(
            gbnf: #"root ::= "(" root ")" | "x""#, right: ["x", "(x)", "((((x))))"], wrong: ["(x", "x)", "()", "((x)"]),
        Case(
            gbnf:
                "root ::= first # a remark\n  | second\n\n# another\nfirst ::= \"1\"\nsecond ::=\n  \"2\" (\n \"3\" )?",
            right: ["1", "2", "23"], wrong: ["3", "13"]),
        Case(gbnf: #"root ::= "\"\\\n\x41\u00e9\U0001F989""#, right: ["\"\\\nAé🦉"], wrong: ["\"\\\nA"]),
        Case(gbnf: #"root ::= [\]\-^]+"#, right: ["]", "-^"], wrong: ["a", "\\"]),
        Case(gbnf: #"root ::= [à-ÿ]{1,2}"#, right: ["é", "àÿ"], wrong: ["a", "Ā", "\u{c2}\u{bf}"]),
        Case(gbnf: #"root ::= [\u0800-\uffff]"#, right: ["ࠀ", "€", "\u{E000}"], wrong: ["ÿ", "🦉"]),
        Case(gbnf: #"root ::= ("a"*)* "b""#, right: ["b", "aaab"], wrong: ["a", ""]),
        Case(gbnf: #"root ::= "a"? "a"? "aa""#, right: ["aa", "aaa", "aaaa"], wrong: ["a", "aaaaa"]),
        Case(gbnf: "root ::= list\nlist ::= \"x\" | \"x,\" list", right: ["x", "x,x,x"], wrong: ["x,", ",x"]),
        Case(gbnf: #"root ::= . "!""#, right: ["a!", "🦉!"], wrong: ["!", "ab!"]),
    ]

    @Test(arguments: cases) func aGrammarAllowsWhatItSays(one: Case) throws {
        for text in one.right { #expect(try accepts(one.gbnf, text), "\(text)") }
        for text in one.wrong { #expect(try !accepts(one.gbnf, text), "\(text)") }
    }

    @Test(arguments: [
        ("", "no rule `root`"),
        ("a ::= \"x\"", "no rule `root`"),
        ("root ::= b", "there is no rule `b`"),
        ("root ::= \"a", "quotation mark is not closed"),
        ("root ::= [a", "bracket is not closed"),
        ("root ::= (\"a\"", "parenthesis is not closed"),
        ("root ::= \"a\"{3,2}", "less than the least"),
        ("root ::= \"a\"{x}", "number"),
        ("root ::= \"a\"{2", "brace is not closed"),
        ("root ::= \"\\q\"", "`\\q` has no meaning"),
        ("root ::= \"\\xZZ\"", "hexadecimal"),
        ("root ::= \"\\ud800\"", "hexadecimal"),
        ("root ::= root \"a\" | \"b\"", "begins with itself"),
        ("root ::= a? root \"x\" | \"y\"\na ::= \"q\"", "begins with itself"),
        ("root ::= a\na ::= b\nb ::= \"\"? a", "begins with itself"),
        ("root ::= \"a\"\nroot ::= \"b\"", "there twice"),
        ("root = \"a\"", "`::=` is missing"),
        ("root ::= \"a\" ]", "nothing can be made of"),
        ("root ::= [z-a]", "ends before it begins"),
        ("root ::= (\"a\"{1000}){1000}{1000}", "too large"),
        ("root ::= " + String(repeating: "(", count: 5000), "nested too deeply"),
    ]) func aWrongGrammarIsToldInASentence(gbnf: String, message: String) {
        #expect {
            try Grammar(gbnf: gbnf)
        } throws: { error in
            "\(error)".contains(message)
        }
    }

    @Test func whatHasToComeIsKnownUpToTheNextChoice() throws {
        let gbnf = #"root ::= "{\"naïve\": " ("true" | "false") ", \"b\": \"" ("left" | "ledge") "\"}""#
        let (automaton, begin) = try follow(gbnf, "")
        let start = try #require(begin)
        #expect(String(decoding: automaton.forced(start), as: UTF8.self) == "{\"naïve\": ")
        let later = try #require(automaton.step(start, Array("{\"naïve\": t".utf8)))
        #expect(String(decoding: automaton.forced(later), as: UTF8.self) == "rue, \"b\": \"le")
        // Nothing is forced where the text may end as well.
        let (optional, state) = try follow(#"root ::= "a" "bcd"?"#, "a")
        #expect(try optional.forced(#require(state)).isEmpty)
        // Characters that begin with the same byte are no common beginning.
        let (accents, first) = try follow(#"root ::= "é" | "è""#, "")
        #expect(try accents.forced(#require(first)).isEmpty)
    }

    @Test func theEndIsKnown() throws {
        let (automaton, done) = try follow(#"root ::= "ab" "c"?"#, "ab")
        let state = try #require(done)
        #expect(automaton.isComplete(state) && !automaton.isOver(state))
        let last = try #require(automaton.step(state, UInt8(ascii: "c")))
        #expect(automaton.isComplete(last) && automaton.isOver(last))
        #expect(automaton.step(last, UInt8(ascii: "c")) == nil)
    }

    @Test func deepTextsAreFollowed() throws {
        let text = String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000)
        #expect(try accepts(#"root ::= "[" root? "]""#, text))
    }
}
