import Foundation
import Jinja
import Testing

/// `nightjar eval`: prompts and models measured on a table of cases.
@Suite struct EvalTests {
    let fixture: CommandFixture

    init() throws {
        fixture = try CommandFixture()
    }

    /// Two variants without a model: one is always right, the other where the word is `owl`.
    private func writeWords(_ more: String = "") throws {
        try fixture.write("word,big\nowl,OWL\njay,JAY\nowl,Owl\n", to: "words.csv")
        try fixture.write(
            """
            version: 1
            name: words
            cases: words.csv
            variants:
              told: { steps: [{ id: a, set: { v: "${{ item.big }}" } }], answer: "${{ steps.a.v }}" }
              fixed: { steps: [{ id: a, set: { v: OWL } }], answer: "${{ steps.a.v }}" }
            score: { expected: "${{ item.big }}" }
            \(more)
            """, to: "evals/words.yaml")
    }

    @Test func `variants stand side by side, with every case`() throws {
        try writeWords()
        let outcome = try fixture.run("eval", "words", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let results = try #require(try outcome.json["results"]?.list)
        #expect(results.map { $0["variant"] } == ["told", "fixed"])
        #expect(results.map { $0["right"] } == [1, 0.3333].map { .number($0) })
        #expect(results.map { $0["valid"] } == [1, 1].map { .number($0) })
        // `OWL` for `Owl` is nearly right, and for `JAY` it is not at all.
        #expect(results[1]["similarity"] == .number(0.6667))
        #expect(results[1]["results"]?.list?.map { $0["outcome"] } == ["right", "wrong", "wrong"])
        #expect(results[1]["results"]?.list?[1]["answer"] == "OWL")

        let table = try fixture.run("eval", "--of", "latest", "--cases")
        #expect(table.lines.first == "VARIANT  CASES   RIGHT   EXACT  SIMILAR  VALID  TOKENS  S/CASE")
        #expect(table.lines.dropFirst().first?.hasPrefix("told         3   100 %   100 %    100 %  100 %") == true)
        #expect(table.output.contains("fixed, case 2, wrong: OWL"))
        #expect(!table.output.contains("fixed, case 1"))
    }

    @Test func `the run is in the history, with its scores`() throws {
        try writeWords()
        let id = try #require(try fixture.run("eval", "words", "--json", "-q").json["run"]?.string)
        let run = try fixture.run("runs", "show", id, "--json").json
        #expect(run["workflow"] == "words")
        #expect(run["outputs"] == ["told": ["cases": 3, "right": 3], "fixed": ["cases": 3, "right": 1]])
        let items = try #require(try fixture.run("runs", "items", id, "--json").json.list)
        #expect(items.count == 6)
        #expect(items.last?["output"]?["score"]?["similarity"] == .number(1))
        #expect(items.last?["output"]?["score"]?["exact"] == false)
    }

    @Test func `what is required and not reached gives the exit code 1`() throws {
        try writeWords("require: { right: 0.5 }")
        let outcome = try fixture.run("eval", "words", "-q")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("fixed reaches 33.3 % for `right`, and 50.0 % is required"))
        #expect(!outcome.errors.contains("told reaches"))
        try writeWords("require: { right: 0.3, similarity: 0.6 }")
        #expect(try fixture.run("eval", "words", "-q").status == 0)
    }

    @Test func `a run is compared with the last one, case by case`() throws {
        try writeWords()
        #expect(try fixture.run("eval", "words", "--compare", "-q").errors.contains("no earlier run"))
        // The cases have other places, one is new, and the variant answers otherwise.
        try fixture.write("word,big\njay,JAY\nowl,OWL\nnew,NEW\n", to: "words.csv")
        let file = fixture.folder.appending(path: "evals/words.yaml")
        let text = try String(contentsOf: file, encoding: .utf8).replacing("v: OWL", with: "v: JAY")
        try fixture.write(text, to: "evals/words.yaml")
        let outcome = try fixture.run("eval", "words", "--compare", "-q")
        #expect(outcome.output.contains("told: 0 cases now right, 0 now wrong, of 2 in both runs"), "\(outcome.output)")
        #expect(outcome.output.contains("fixed: 1 case now right, 1 now wrong, of 2 in both runs"))
        #expect(outcome.output.contains("  now right: 1\n  now wrong: 2"))
        #expect(outcome.output.contains("fixed        3  33.3 % (+0.0)"), "\(outcome.output)")
        let compared = try fixture.run("eval", "--of", "latest", "--compare", "--json").json["compared"]
        #expect(compared?["changes"]?.list?.last?["now_right"] == [0])
        #expect(compared?["changes"]?.list?.last?["now_wrong"] == [1])
    }

    @Test func `one model in the place of another is compared with it`() throws {
        func write(_ model: String) throws {
            try fixture.write(
                """
                version: 1
                cases: [{ q: a }]
                models: [\(model)]
                variants: { v: { steps: [{ id: s, set: { x: a } }], answer: "${{ steps.s.x }}" } }
                score: { expected: "${{ item.q }}" }
                """, to: "evals/m.yaml")
        }
        try write("f/small")
        #expect(try fixture.run("eval", "m", "-q").status == 0)
        try write("f/large")
        let outcome = try fixture.run("eval", "m", "-q", "--compare")
        #expect(
            outcome.output.contains("v with f/large, before with f/small: 0 cases now right, 0 now wrong, of 1"),
            "\(outcome.output)")
        #expect(try fixture.run("eval", "m", "-q", "--compare-to", "nosuch").status == 65)
        #expect(try fixture.run("runs", "list", "--json").json.list?.count == 2)
    }

    @Test func `an answer that its own prompt refuses is wrong, whatever the prompt does with it`() throws {
        for rule in ["fail", "keep", "null"] {
            try fixture.write(
                """
                version: 1
                cases: [{ t: "I was charged twice for Harbor." }]
                models: ["\(CommandFixture.model)"]
                variants:
                  v:
                    prompt:
                      system: You sort support tickets.
                      user: ${{ item.t }}
                      temperature: 0
                      max_tokens: 6
                      allow_truncated: true
                      schema: { type: object, required: [a], properties: { a: { type: string, minLength: 90 } } }
                      on_invalid: \(rule)
                  w:
                    steps:
                      - { id: p, prompt: { system: You sort support tickets., user: "${{ item.t }}", temperature: 0 } }
                      - { id: d, parse: { text: "${{ steps.p.text }}", require: [owl], on_invalid: \(rule) } }
                    answer: ${{ steps.d.data }}
                score: { check: "true" }
                """, to: "evals/refused.yaml")
            let outcome = try fixture.run("eval", "refused", "-q", "--json")
            let results = try #require(try outcome.json["results"]?.list, "\(outcome.errors)")
            #expect([results[0]["valid"], results[0]["right"], results[0]["failed"]] == [.number(0), .number(0), 0])
            #expect(results[1]["valid"] == .number(rule == "fail" ? 0 : 1))
        }
    }

    @Test func `a taken step sees its item by its own name, its workflow's inputs and retries, and no earlier results`()
        throws
    {
        try fixture.write(
            """
            version: 1
            inputs: { tone: { default: calm } }
            defaults: { retry: { max_attempts: 3, delay: 1ms } }
            steps:
              - { id: all, set: { tickets: [] } }
              - id: sort
                foreach: { items: "${{ steps.all.tickets }}", as: ticket, key: "${{ ticket.id }}", once: true }
                steps:
                  - { id: try, if: "ticket.id > 0", run: "echo x >> tries; test $(wc -l < tries) -ge 3" }
                  - { id: inner, foreach: { items: [1, 2], key: "${{ item }}", once: true }, set: { n: "${{ item }}" } }
                  - { id: say, set: { text: "${{ inputs.tone }} ${{ ticket.id }} ${{ steps.inner.done }}" } }
            """, to: "workflows/w.yaml")
        try fixture.write(
            """
            version: 1
            cases: [{ id: 7 }]
            variants: { sort: { workflow: w, step: sort, answer: "${{ steps.say.text }}" } }
            score: { expected: "${{ inputs.tone }} ${{ item.id }} 2" }
            """, to: "evals/w.yaml")
        let outcome = try fixture.run("eval", "w", "-q", "--json")
        #expect(try outcome.json["results"]?.list?.first?["right"] == .number(1), "\(outcome.output)\(outcome.errors)")
        #expect(try fixture.text(of: "tries") == "x\nx\nx\n")
        let again = try fixture.run("eval", "w", "-i", "tone=loud", "--json")
        #expect(try again.json["results"]?.list?.first?["right"] == .number(1), "\(again.errors)")
        #expect(!again.errors.contains("earlier run"))
    }

    @Test func `keys of a workflow's prompt can be changed and taken out`() throws {
        try fixture.write(
            """
            version: 1
            inputs: { t: { default: one } }
            steps:
              - id: label
                if: "false"
                prompt: { system: A, user: "${{ inputs.t }}", temperature: 0, schema: { type: object }, stop: [x] }
            """, to: "workflows/w.yaml")
        try fixture.write(
            """
            version: 1
            cases: [{ t: one }]
            models: ["\(CommandFixture.model)"]
            variants:
              label: { workflow: w, step: label, prompt: { schema: null, system: null, stop: null, max_tokens: 4, allow_truncated: true } }
            score: { check: "true" }
            """, to: "evals/w.yaml")
        let outcome = try fixture.run("eval", "w", "-q")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let call = try fixture.run("runs", "show", "--calls", "--json").json["calls"]?.list?.first
        #expect(call?["schema"] == .null)
        #expect(call?["messages"]?.list?.count == 1)
        #expect(call?["max_tokens"] == 4)
    }

    @Test func `failed cases have no part in the shares, and keys only where they are expected`() throws {
        try fixture.write(
            """
            version: 1
            cases: [{ e: { a: 1 } }, { e: { b: 2 } }, { e: { b: 3 }, stop: true }]
            variants:
              v:
                steps:
                  - { id: c, check: "item.stop is not defined" }
                  - { id: s, set: { x: "${{ item.e }}" } }
                answer: ${{ steps.s.x }}
            score: { expected: "${{ item.e }}" }
            require: { right: 1 }
            """, to: "evals/f.yaml")
        let outcome = try fixture.run("eval", "f", "-q", "--json")
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("1 case could not be judged, the first because this does not hold"))
        let result = try outcome.json["results"]?.list?.first
        #expect(result?["right"] == .number(1))
        #expect(result?["fields"] == ["a": .number(1), "b": .number(1)])
        #expect(result?["failed"] == 1)
    }

    @Test func `cases that are no list are told before anything is measured`() throws {
        try fixture.write(#"{"a": 1}"#, to: "c.json")
        try fixture.write(
            """
            version: 1
            cases: c.json
            variants: { v: { steps: [{ id: s, set: { x: 1 } }], answer: 1 } }
            score: { expected: 1 }
            """, to: "evals/c.yaml")
        let outcome = try fixture.run("eval", "c", "-q")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("`cases` takes a list of cases, and c.json holds none"), "\(outcome.errors)")
        try fixture.write("[]", to: "c.json")
        #expect(try fixture.run("eval", "c", "-q").errors.contains("there are no cases"))
    }

    @Test func `a case that cannot be judged is not a wrong answer`() throws {
        try fixture.write(
            """
            version: 1
            cases: [{ q: 1 }, { q: 2 }]
            models: [local/nobody, local/noone]
            variants: { ask: { prompt: "${{ item.q }}" } }
            score: { check: answer == "1" }
            """, to: "evals/gone.yaml")
        let outcome = try fixture.run("eval", "gone", "-q")
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("4 cases could not be judged, the first because"), "\(outcome.errors)")
        #expect(outcome.output.contains("local/noone"))
        let json = try fixture.run("eval", "--of", "latest", "--json").json
        #expect(json["results"]?.list?.map { $0["failed"] } == [2, 2])
        #expect(json["results"]?.list?.map { $0["model"] } == ["local/nobody", "local/noone"])
    }

    @Test func `a step of a workflow is measured as it is, and with another prompt`() throws {
        let fixture = fixture
        try FileManager.default.createDirectory(
            at: fixture.folder.appending(path: "models"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            at: fixture.folder.appending(path: "models/fledgling.gguf"),
            withDestinationURL: URL(filePath: CommandFixture.model))
        for path in ["evals/inbox-triage.yaml", "workflows/inbox-triage.yaml", "examples/tickets.jsonl"] {
            let text = try String(contentsOf: CommandFixture.repository.appending(path: path), encoding: .utf8)
            try fixture.write(text, to: path)
        }
        let outcome = try fixture.run("eval", "inbox-triage", "--limit", "20", "--json")
        let results = try #require(try outcome.json["results"]?.list, "\(outcome.errors)")
        #expect(results.map { $0["variant"] } == ["with_example", "without_example"])
        for result in results {
            #expect(result["cases"] == 20)
            #expect(result["calls"] == 20)
            #expect(result["valid"] == .number(1))
            #expect((result["fields"]?["category"]?.number ?? 0) >= 0.9)
        }
        // The example of the workflow's prompt is in the one and not in the other.
        let tokens = results.compactMap { $0["prompt_tokens"]?.integer }
        #expect(tokens[0] > tokens[1] + 20 * 30)
        let run = try #require(try outcome.json["run"]?.string)
        let calls = try #require(try fixture.run("runs", "show", run, "--calls", "--json").json["calls"]?.list)
        #expect(calls.count == 40)
        #expect(calls.first?["messages"]?.list?.count == 4)
        #expect(calls.last?["messages"]?.list?.count == 2)
        // A workflow that has changed since is still known as it was.
        try fixture.write("version: 1\nsteps: [{ id: a, set: { x: 1 } }]\n", to: "workflows/inbox-triage.yaml")
        #expect(try fixture.run("eval", "--of", run, "--json").json["results"]?.list?.count == 2)
    }

    @Test func `an evaluation that is killed goes on where it was`() throws {
        try fixture.write(
            """
            version: 1
            cases: [1, 2, 3]
            variants:
              slow:
                steps:
                  - id: wait
                    run: { command: "if [ -e go ]; then echo $N; else touch here; sleep 600; fi", env: { N: "${{ item }}" } }
                answer: ${{ steps.wait.stdout }}
            score: { expected: "${{ item }}" }
            """, to: "evals/slow.yaml")
        let started = try fixture.start(["eval", "slow", "-q"])
        try started.wait { fixture.exists("here") || !started.process.isRunning }
        kill(started.process.processIdentifier, SIGKILL)
        _ = try started.finish()
        let cutOff = try fixture.run("eval", "--of", "latest")
        #expect(cutOff.status == 130)
        #expect(cutOff.errors.contains("`nightjar resume "))
        try fixture.write("", to: "go")
        let resumed = try fixture.run("resume", "-q")
        #expect(resumed.status == 0, "\(resumed.errors)")
        let results = try fixture.run("eval", "--of", "latest", "--json").json["results"]
        #expect(results?.list?.first?["right"] == .number(1), "\(String(describing: results))")
    }

    struct Mistake: Sendable {
        var text: String
        var message: String
    }

    @Test(arguments: [
        Mistake(text: "variants: {}", message: "evals/x.yaml:1:1: error: the evaluation needs the key `cases`"),
        Mistake(
            text: "cases: [1]\nvariants: { a: { prompt: x } }\nscore: {}",
            message: "4:8: error: `score` needs `expected`, `check` or `schema`"),
        Mistake(
            text: "cases: [1]\nvariants: { a: { step: x } }\nscore: { expected: 1 }",
            message: "3:16: error: `workflow` and `step` belong together"),
        Mistake(
            text: "cases: [1]\nvariants: { a: { prompt: x, steps: [] } }\nscore: { expected: 1 }",
            message: "a variant is a `prompt`, or a `step` of a `workflow`, or `steps`: one of them"),
        Mistake(
            text: "cases: [1]\nvariants: { a: { steps: [{ id: b, set: { x: 1 } }] } }\nscore: { expected: 1 }",
            message: "needs `answer`, which says what is judged"),
        Mistake(
            text: "cases: [1]\nvariants: { a: { prompt: x } }\nscore: { check: answr == 1 }",
            message: "4:17: error: nothing is called `answr` here"),
        Mistake(
            text: "cases: [1]\nvariants: { a: { workflow: w, step: lable } }\nscore: { expected: 1 }",
            message: "3:37: error: the workflow `w` has no step `lable`; did you mean `label`?"),
        Mistake(
            text: "cases: [1]\nvariants: { a: { workflow: w, step: label } }\nscore: { expected: 1 }",
            message: "w:4:37: error: there is no step `text` here: say under `given`"),
        Mistake(
            text: "cases: [1]\nvariants: { a: { workflow: w, step: text } }\nscore: { expected: 1 }",
            message: "`text` of `w` is no `prompt`: say by `answer` what is judged"),
        Mistake(
            text: "cases: [1]\ninputs: { case_limit: {} }\nvariants: { a: { prompt: x } }\nscore: { expected: 1 }",
            message: "the input `case_limit` is taken"),
        Mistake(
            text: "cases: { a: 1 }\nvariants: { a: { prompt: x } }\nscore: { expected: 1 }",
            message: "2:8: error: `cases` takes the path of a table or a list of cases, not a mapping"),
        Mistake(
            text: "cases: cases.md\nvariants: { a: { prompt: x } }\nscore: { expected: 1 }",
            message: "2:8: error: the cases come from a `.csv`, `.tsv`, `.json`, `.jsonl` or `.yaml` file"),
        Mistake(
            text: "cases: [1]\nmodels: [a/b, a/b]\nvariants: { a: { prompt: x } }\nscore: { expected: 1 }",
            message: "`models` names `a/b` twice"),
        Mistake(
            text: "cases: [1]\nvariants: { a: { prompt: x } }\nscore: { check: answer }\nrequire: { exact: 1 }",
            message: "`require` has `exact` or `similarity`, and `score` has nothing `expected`"),
        Mistake(
            text: "cases: [1]\nvariants: { a: { prompt: x } }\nscore: { expected: 1, schema: { type: strin } }",
            message: "the `schema` is wrong"),
        Mistake(
            text: "cases: [1]\ngiven: { score: { x: 1 } }\nvariants: { a: { prompt: x } }\nscore: { expected: 1 }",
            message: "3:10: error: the step that judges answers is called `score`"),
        Mistake(
            text: "cases: [1]\nvariants: { a: { steps: [], answer: 1 } }\nscore: { expected: 1 }",
            message: "`steps` has no steps"),
    ])
    func `a mistake is told at its place before anything runs`(mistake: Mistake) throws {
        try fixture.write(
            """
            version: 1
            steps:
              - { id: text, set: { text: x } }
              - { id: label, prompt: "${{ steps.text.text }}" }
            """, to: "workflows/w.yaml")
        try fixture.write("version: 1\n" + mistake.text, to: "evals/x.yaml")
        let outcome = try fixture.run("eval", "evals/x.yaml")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains(mistake.message), "\(outcome.errors)")
    }

    @Test func `what is no evaluation is refused, and what is gone is told`() throws {
        try fixture.write("version: 1\nsteps: [{ id: a, set: { x: 1 } }]\n", to: "w.yaml")
        #expect(try fixture.run("eval", "w.yaml").errors.contains("is a workflow, not an evaluation"))
        #expect(try fixture.run("run", "w.yaml").status == 0)
        #expect(try fixture.run("eval", "--of", "latest").errors.contains("is of a workflow, not of an evaluation"))
        #expect(try fixture.run("eval").status == 64)
        #expect(try fixture.run("eval", "none").errors.contains("there is no evaluation `none`"))
        try writeWords()
        try FileManager.default.removeItem(at: fixture.folder.appending(path: "words.csv"))
        let gone = try fixture.run("eval", "words", "-q")
        #expect(gone.status == 1)
        #expect(gone.errors.contains("there is no file words.csv"))
        #expect(gone.output.isEmpty)
    }
}
