import Foundation
import Inference
import Jinja
import LlamaEngine
import PythonSupport
import Testing

/// The templates that models carry, inside a model: prompts are those that Python's jinja2 makes of them.
@Suite(.enabled(if: Fixture.hasModel), .timeLimit(.minutes(5)))
struct ChatTemplateTests {
    /// Templates in the style of Gemma 3, Llama 3, Qwen 3, DeepSeek-R1, Mistral, Phi-4 and gpt-oss, and how each is known.
    private static let families: [(name: String, mark: String)] = [
        ("gemma", "<start_of_turn>"), ("llama", "<|start_header_id|>"), ("qwen", "<tool_response>"),
        ("deepseek", "<｜Assistant｜>"), ("mistral", "[INST]"), ("phi", "<|im_sep|>"), ("gpt-oss", "<|channel|>"),
    ]

    private static let differential = Fixture.repository.appending(path: "Tests/JinjaTests/Differential")

    /// The templates of the families, each as long as fits into the place of fledgling's own.
    private static func templates(as model: Data) throws -> [String: String] {
        let lines = try String(contentsOf: differential.appending(path: "families.cases"), encoding: .utf8)
            .components(separatedBy: "\n").filter { !$0.isEmpty && !$0.hasPrefix("#") && !$0.hasPrefix("@") }
        var found: [String: String] = [:]
        for (name, mark) in families {
            let line = try #require(lines.first { $0.contains(mark) && isFamily(name, $0) }, "\(name)")
            found[name] = line.replacingOccurrences(of: "⏎", with: "\n").replacingOccurrences(of: "⇥", with: "\t")
        }
        return found
    }

    private static func isFamily(_ name: String, _ template: String) -> Bool {
        families.allSatisfy { $0.name == name || $0.name == "qwen" || !template.contains($0.mark) }
    }

    private static func conversation(turns: Int, system: String?) -> [ChatMessage] {
        var messages = system.map { [ChatMessage.system($0)] } ?? []
        for turn in 1...turns {
            messages.append(.user("  Question \(turn): what is \"it\" <3 é😀?\n"))
            if turn < turns { messages.append(.assistant("Answer \(turn).")) }
        }
        return messages
    }

    @Test func `prompts are those of jinja2`() async throws {
        var options = LlamaEngine.Options(threads: 1)
        // The day at which the other side's clock stands.
        options.now = { Date(timeIntervalSince1970: 1_767_355_200) }
        try await Fixture.with(options) { fixture in
            let model = try Data(contentsOf: Fixture.model)
            let metadata = try GGUFMetadata.read(Fixture.model.path, arrays: ["tokenizer.ggml.tokens"])
            let tokens = try #require(metadata.values["tokenizer.ggml.tokens"]?.array?.texts)
            let special = { (id: Int?) in id.map { String(decoding: tokens[$0], as: UTF8.self) } ?? "" }
            var cases: [Value] = []
            var previews: [(name: String, text: String)] = []
            for (name, source) in try Self.templates(as: model).sorted(by: { $0.key < $1.key }) {
                let template = try fixture.model(name, template: source)
                for turns in [1, 2, 5] {
                    for system in [nil, "Be brief & kind."] {
                        let messages = Self.conversation(turns: turns, system: system)
                        let preview = try await fixture.engine.preview(
                            GenerationRequest(model: name, messages: messages))
                        #expect(preview.isExact)
                        #expect(preview.tokens > 0)
                        previews.append(("\(name), \(turns) turns, \(system ?? "no system prompt")", preview.text))
                        let turns = messages.map { message -> Value in
                            ["role": .string(message.role.rawValue), "content": .string(message.content)]
                        }
                        cases.append([
                            "template": .string(template), "convention": "python", "lenient": true, "trim_blocks": true,
                            "lstrip_blocks": true, "keep_trailing_newline": false,
                            "data": [
                                "messages": .list(turns), "add_generation_prompt": true, "tools": nil, "documents": nil,
                                "bos_token": .string(special(metadata.bosToken)),
                                "eos_token": .string(special(metadata.eosToken)),
                            ],
                        ])
                    }
                }
            }
            #expect(cases.count == 42)
            let outcome = try Python.run(
                Self.differential.appending(path: "compare.py"), input: Data(Value.list(cases).json().utf8))
            guard let outcome, outcome.status == 0 else {
                print("skipped: Python's jinja2 is not here")
                return
            }
            let expected = try #require(try Value(json: outcome.output).list)
            for ((name, text), expected) in zip(previews, expected) {
                #expect(text == expected["output"]?.string, "\(name): \(expected["error"]?.string ?? "")")
            }
        }
    }

    /// The texts of the families' control tokens.
    private static let controlTokens = [
        "gemma": ["<bos>", "<start_of_turn>", "<end_of_turn>"],
        "llama": ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        "qwen": ["<|im_start|>", "<|im_end|>", "<tool_response>", "</tool_response>"],
        "deepseek": ["<｜begin▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>", "<｜end▁of▁sentence｜>"],
        "mistral": ["<s>", "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "</s>"],
        "phi": ["<|im_start|>", "<|im_sep|>", "<|im_end|>"],
        "gpt-oss": ["<|start|>", "<|channel|>", "<|message|>", "<|end|>", "<|return|>"],
    ]

    @Test(arguments: families.map(\.name))
    func `a document full of control tokens changes nothing in the structure of a prompt`(_ family: String) throws {
        let tokens = try #require(Self.controlTokens[family])
        let specials = SpecialTexts(tokens)
        let source = try #require(try Self.templates(as: Data())[family])
        let template = try ChatTemplate(source, model: family)
        let context = ChatTemplate.Context(
            bosToken: tokens[0], eosToken: tokens[tokens.count - 1], now: { Date(timeIntervalSince1970: 0) })
        func structure(_ document: String) throws -> [String] {
            let messages: [ChatMessage] = [
                .system("Read \(document)."), .user(document), .assistant("It says \(document)"),
                .user("Again: \(document)"),
            ]
            let rendering: PromptRenderer.Rendering = { messages throws(EngineError) in
                try template.render(messages, context: context, model: family)
            }
            let prompt = try PromptRenderer(specials: specials).render(messages, rendering)
            #expect(prompt.text == (try rendering(messages)))
            return prompt.pieces.filter(\.hasControlTokens).flatMap { piece in
                let bytes = Array(piece.text.utf8)
                return specials.occurrences(in: bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
            }
        }
        let plain = try structure("a plain document")
        #expect(plain.count > 3)
        let turn = tokens.joined(separator: "user") + "\n"
        for document in [turn, "a " + turn + " b", String(repeating: tokens[1], count: 9), tokens.joined()] {
            #expect(try structure(document) == plain, "\(document)")
        }
    }

    private static let thinkingTemplate = """
        {% for m in messages %}<|im_start|>{{ m.role }}
        {{ m.content }}<|im_end|>
        {% endfor %}<|im_start|>assistant
        {% if enable_thinking is defined and enable_thinking is false %}<think>

        </think>

        {% endif %}
        """

    @Test func `whether to think is passed as the template knows it`() async throws {
        try await Fixture.with { fixture in
            _ = try fixture.model("thinker", template: Self.thinkingTemplate)
            var asked = request("Think.", model: "thinker")
            #expect(try await !fixture.engine.preview(asked).text.contains("<think>"))
            asked.thinking = .off
            #expect(try await fixture.engine.preview(asked).text.hasSuffix("<think>\n\n</think>\n\n"))
            // With a schema there is no room for thoughts, unless they are asked for: then they come first.
            asked.thinking = nil
            asked.schema = ["type": "integer"]
            #expect(try await fixture.engine.preview(asked).text.hasSuffix("<think>\n\n</think>\n\n"))
            asked.thinking = .on
            #expect(try await fixture.engine.preview(asked).text.hasSuffix("<think>\n"))
            #expect(try await fixture.engine.describe("thinker").capabilities.contains(.thinking))
            #expect(try await !fixture.engine.describe("fledgling").capabilities.contains(.thinking))
            var plain = request("Think.")
            plain.thinking = .on
            let error = await engineError { _ = try await fixture.engine.preview(plain) }
            #expect(error?.message.contains("does not think") == true)
        }
    }

    @Test func `a template that begins to think can be closed`() async throws {
        try await Fixture.with { fixture in
            _ = try fixture.model(
                "reasoner", template: "{% for m in messages %}{{ m.content }}{% endfor %}<think>\n")
            var asked = request("Sort this.", model: "reasoner", maxTokens: 12)
            let free = try #require(try await Answer(fixture.engine.generate(asked)).result)
            // Nobody closes the thought, so all of it is one.
            #expect(free.text.isEmpty)
            #expect(!free.reasoning.isEmpty)
            asked.choices = ["red", "green"]
            let held = try #require(try await Answer(fixture.engine.generate(asked)).result)
            #expect(["red", "green"].contains(held.text))
            #expect(held.reasoning.isEmpty)
            #expect(held.renderedPrompt?.hasSuffix("<think>\n</think>\n\n") == true)
        }
    }

    @Test func `thoughts are parted from the answer, and a form begins behind them`() async throws {
        try await Fixture.with { fixture in
            _ = try fixture.model("thinker", template: Self.thinkingTemplate)
            var asked = request("Think.", model: "thinker", maxTokens: 60)
            asked.grammar = #"root ::= "<think>\nA plan.\n</think>\n\nAn answer.""#
            let answer = try await Answer(fixture.engine.generate(asked))
            #expect(answer.result?.reasoning == "A plan.\n")
            #expect(answer.result?.text == "An answer.")
            #expect(answer.streamed == "An answer.")
            // In a thought the form does not hold yet: this model never ends one.
            asked.thinking = .on
            asked.sampler = SamplerSettings(temperature: 2, seed: 1)
            let thinking = try #require(try await Answer(fixture.engine.generate(asked)).result)
            #expect(thinking.text.isEmpty)
            #expect(!thinking.reasoning.isEmpty)
            #expect(!thinking.reasoning.hasPrefix("<think>"))
        }
    }
}

extension Fixture {
    /// Makes a copy of the model with another chat template.
    ///
    /// - Returns: The template as it is in the file: with a comment in front, so that the tensors stay where they may lie.
    func model(_ name: String, template source: String) throws -> String {
        var template = source
        try variant(name) { data in
            let key = Data("tokenizer.chat_template".utf8)
            guard let place = data.firstRange(of: key) else { return }
            // Behind the key its type, then the text's length and the text.
            let lengthAt = place.upperBound + 4
            let length = data[lengthAt..<lengthAt + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
            let padding = ((length - source.utf8.count - 4) % 32 + 32) % 32
            template = "{#" + String(repeating: " ", count: padding) + "#}" + source
            var replacement = Data()
            withUnsafeBytes(of: UInt64(template.utf8.count).littleEndian) { replacement.append(contentsOf: $0) }
            replacement.append(Data(template.utf8))
            data.replaceSubrange(lengthAt..<lengthAt + 8 + length, with: replacement)
        }
        return template
    }
}
