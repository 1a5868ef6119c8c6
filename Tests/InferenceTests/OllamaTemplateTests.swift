import Foundation
import Inference
import Testing

/// Templates in Go's notation, made of what those in Ollama's library are made of.
struct OllamaTemplateTests {
    private let noon = Date(timeIntervalSince1970: 1_767_355_200)

    private func render(
        _ template: String, _ messages: [ChatMessage], thinking: Thinking? = nil
    ) throws -> String {
        try OllamaTemplate(template, model: "owl").render(messages, thinking: thinking, now: noon)
    }

    private let turns: [ChatMessage] = [
        .system("Be brief."), .user("Hi"), .assistant("Hello."), .user("And now?"),
    ]

    @Test func `a template of one turn is rendered for each, up to the answer`() throws {
        let template = """
            {{ if .System }}<|im_start|>system
            {{ .System }}<|im_end|>
            {{ end }}{{ if .Prompt }}<|im_start|>user
            {{ .Prompt }}<|im_end|>
            {{ end }}<|im_start|>assistant
            {{ .Response }}<|im_end|>

            """
        #expect(
            try render(template, turns) == """
                <|im_start|>system
                Be brief.<|im_end|>
                <|im_start|>user
                Hi<|im_end|>
                <|im_start|>assistant
                Hello.<|im_end|>
                <|im_start|>user
                And now?<|im_end|>
                <|im_start|>assistant

                """)
    }

    @Test func `the answer's place is the end where the template does not name it`() throws {
        #expect(
            try render("[INST] {{ .System }} {{ .Prompt }} [/INST]", turns)
                == "[INST] Be brief. Hi [/INST]Hello.[INST]  And now? [/INST]")
        #expect(
            try render("{{ if .Prompt }}<{{ .Prompt }}>{{ .Response }}<end>{{ end }}", turns)
                == "<Hi>Hello.<end><And now?>")
    }

    @Test func `a template with messages is rendered once`() throws {
        let template = """
            {{- range $i, $_ := .Messages }}
            {{- $last := eq (len (slice $.Messages $i)) 1 }}
            {{- if or (eq .Role "user") (eq .Role "system") }}<start_of_turn>user
            {{ .Content }}<end_of_turn>
            {{ if $last }}<start_of_turn>model
            {{ end }}
            {{- else if eq .Role "assistant" }}<start_of_turn>model
            {{ .Content }}{{ if not $last }}<end_of_turn>
            {{ end }}
            {{- end }}
            {{- end }}
            """
        #expect(
            try render(template, turns) == """
                <start_of_turn>user
                Be brief.<end_of_turn>
                <start_of_turn>user
                Hi<end_of_turn>
                <start_of_turn>model
                Hello.<end_of_turn>
                <start_of_turn>user
                And now?<end_of_turn>
                <start_of_turn>model

                """)
    }

    @Test func `variables, pipelines, functions and jumps are those of Go`() throws {
        for (template, expected) in [
            (#"{{ $n := 0 }}{{ range .Messages }}{{ $n = len .Content }}{{ end }}{{ $n }}"#, "8"),
            (
                #"{{ range $i, $m := .Messages }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ if ge $i 3 }}{{ break }}{{ end }}{{ $i }}{{ end }}"#,
                "02"
            ),
            (#"{{ (index .Messages 1).Content | printf "%s!" }}"#, "Hi!"),
            (#"{{ with .System }}{{ . }}{{ else }}none{{ end }}{{/* a comment */}}{{ .Nothing }}"#, "Be brief."),
            (#"{{ with .Nothing }}x{{ else with .System }}{{ . }}{{ end }}"#, "Be brief."),
            (#"{{ "a\n\"b\"" }}{{ `c\n` }}{{ 1.5 }}{{ true }}"#, "a\n\"b\"c\\n1.5true"),
            (#"{{ and .System (not .Tools) }}{{ or .Tools "none" }}{{ ne 1 2 }}{{ lt "a" "b" }}"#, "truenonetruetrue"),
            (#"a {{- " b " -}} c{{ json (index .Messages 1) }}"#, #"a b c{"Role":"user","Content":"Hi"}"#),
            (#"{{ currentDate }} {{ range .Tools }}x{{ else }}no tools{{ end }}"#, "2026-01-02 no tools"),
            (#"{{ if and .IsThinkSet (not .Think) }}quiet{{ end }}"#, "quiet"),
        ] {
            // Each looks at the messages, so that it is rendered once.
            let whole = template + "{{ if false }}{{ .Messages }}{{ end }}"
            #expect(try render(whole, turns, thinking: .off) == expected, "\(template)")
        }
    }

    @Test(arguments: [
        "{{ if .A }}", "{{ end }}", "{{ .A", "{{ \"a }}", "{{ ( .A }}", "{{ nothing .A }}", "{{ template \"x\" }}",
        "{{ | }}",
        "{{ else }}", "{{ $x }}", "{{ index .Messages 99 }}{{ .Messages }}", "{{ range 3 }}{{ end }}{{ .Messages }}",
        "{{ ) }}",
        "{{ `a }}", "{{ ? }}", "{{ slice .Messages 3 1 }}", "{{ printf }}",
    ])
    func `what cannot be read is refused`(_ template: String) throws {
        do throws(EngineError) {
            let template = try OllamaTemplate(template, model: "owl")
            _ = try template.render([.user("Hi")], thinking: nil, now: noon)
            Issue.record("rendered: \(template)")
        } catch {
            #expect(error.code == .modelUnsupported)
            #expect(error.message.contains("of owl"))
        }
    }

    @Test func `deep and endless templates end`() throws {
        let deep = String(repeating: "{{ if true }}", count: 10_000)
        #expect(throws: EngineError.self) { try OllamaTemplate(deep, model: "owl") }
        let brackets = "{{ " + String(repeating: "(", count: 10_000) + " }}"
        #expect(throws: EngineError.self) { try OllamaTemplate(brackets, model: "owl") }
    }
}
