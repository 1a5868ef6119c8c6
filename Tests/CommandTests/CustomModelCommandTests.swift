import Foundation
import Jinja
import Testing

/// Aliases with all that makes a model one's own.
@Suite struct CustomModelCommandTests {
    let fixture: CommandFixture

    init() throws {
        fixture = try CommandFixture()
    }

    @Test func `an alias has a template, examples and stop texts`() throws {
        try fixture.write(
            "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant:", to: "own.jinja")
        try fixture.write(
            """
            models:
              owl:
                model: \(CommandFixture.model)
                system: You are an owl.
                chat_template: own.jinja
                stop: ["\\n"]
                examples: [{ user: Who?, assistant: Hoo. }]
            """, to: "nightjar.yaml")
        let shown = try fixture.run("prompt", "--model", "owl", "--dry-run", "When?")
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(
            shown.output.hasSuffix("system: You are an owl.\nuser: Who?\nassistant: Hoo.\nuser: When?\nassistant:\n"),
            "\(shown.output)")
        let answer = try fixture.run("prompt", "--model", "owl", "--max-tokens", "40", "When?")
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(answer.lines.count <= 1)
    }
}

/// Answers that the cache has, of models with something added.
@Suite struct CachedCustomModelTests {
    @Test func `another template under the same name gives another answer and digest`() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            cache: true
            models: { owl: { model: \(CommandFixture.model), chat_template: own.jinja } }
            """, to: "nightjar.yaml")
        try fixture.write(
            """
            version: 1
            steps: [{ id: ask, model: owl, prompt: { user: hello, temperature: 0, max_tokens: 4, allow_truncated: true } }]
            """, to: "ask.yaml")
        var digests: [String?] = []
        for (text, calls) in [("a", 1), ("a", 0), ("b", 1)] {
            try fixture.write("\(text): {{ messages[-1].content }}", to: "own.jinja")
            let outcome = try fixture.run("run", "ask.yaml")
            #expect(outcome.status == 0, "\(outcome.errors)")
            let shown = try Value(json: try fixture.run("runs", "show", "--calls", "--json").output)["calls"]?.list?
                .first
            #expect(shown?["state"]?.string == (calls == 1 ? "done" : "reused"))
            #expect(shown?["prompt"]?.string == "\(text): hello")
            digests.append(shown?["digest"]?.string)
        }
        #expect(digests[0] != nil && digests[0] == digests[1] && digests[1] != digests[2])
    }
}

/// Ollama's custom models.
@Suite struct ModelfileTests {
    let fixture: CommandFixture

    init() throws {
        fixture = try CommandFixture()
    }

    @Test func `a Modelfile becomes an alias that answers`() throws {
        try fixture.write(
            """
            # A bird.
            FROM \(CommandFixture.model)
            PARAMETER temperature 0
            parameter num_ctx 512
            PARAMETER stop "<end>"
            PARAMETER stop "###"
            PARAMETER mirostat 2
            SYSTEM \"\"\"You are an owl.
            You say "hoo".\"\"\"
            TEMPLATE \"\"\"{{ if .System }}<{{ .System }}>
            {{ end }}{{ .Prompt }} => {{ .Response }}\"\"\"
            MESSAGE user Who?
            MESSAGE assistant Hoo.
            LICENSE \"\"\"
            None.
            \"\"\"
            """, to: "owl/Modelfile")
        let outcome = try fixture.run("models", "import", "owl/Modelfile")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("`PARAMETER mirostat` has no counterpart"))
        try fixture.write(outcome.output, to: "nightjar.yaml")
        let shown = try fixture.run("prompt", "--model", "owl", "--dry-run", "When?")
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(
            shown.output.hasSuffix("<You are an owl.\nYou say \"hoo\".>\nWho? => Hoo.When? => \n"), "\(shown.output)")
        #expect(try fixture.run("prompt", "--model", "owl", "--max-tokens", "4", "When?").status == 0)
    }

    @Test func `its paths begin where it lies, and its lines may end as Windows ends them`() throws {
        try fixture.write("{{ .Prompt }}", to: "owl.tmpl")
        let lines = [
            "FROM ./owl.gguf", "TEMPLATE \"\"\"<{{ .Prompt }}>", "\"\"\"", "ADAPTER other/lora.gguf", "SYSTEM Hoo.",
        ]
        try fixture.write(lines.joined(separator: "\r\n"), to: "nest/Modelfile")
        let refused = try fixture.run("models", "import", "nest/Modelfile", "--name", "owl")
        #expect(refused.status == 65)
        #expect(refused.errors.contains("owl.tmpl is there already"), "\(refused.errors)")
        #expect(try fixture.text(of: "owl.tmpl") == "{{ .Prompt }}")
        let outcome = try fixture.run("models", "import", "nest/Modelfile", "--name", "wren")
        #expect(outcome.status == 0, "\(outcome.errors)")
        for line in [
            #"model: "./nest/owl.gguf""#, #"- path: "./nest/other/lora.gguf""#, #"chat_template: "./wren.tmpl""#,
            #"system: "Hoo.""#,
        ] {
            #expect(outcome.output.contains(line), "\(outcome.output)")
        }
        #expect(try fixture.text(of: "wren.tmpl") == "<{{ .Prompt }}>\n")
    }

    @Test(arguments: [
        ("FRON a\n", "1: error: there is no instruction `FRON`"), ("SYSTEM a\n", "`FROM` is missing"),
        ("FROM a\nPARAMETER stop\n", "2: error: `PARAMETER` needs a name and a value"),
        ("FROM a\nSYSTEM \"\"\"b\n", "2: error: the text that begins here"), ("FROM\n", "`FROM` says nothing"),
    ])
    func `what is no Modelfile is told with its line`(_ text: String, words: String) throws {
        try fixture.write(text, to: "Modelfile")
        let outcome = try fixture.run("models", "import", "Modelfile", "--name", "owl")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
}
