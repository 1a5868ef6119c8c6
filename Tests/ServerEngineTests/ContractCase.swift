import Foundation
import Inference
import Jinja

/// One promise that every engine keeps.
struct ContractCase: Sendable {
    /// A promise that was broken.
    struct Broken: Error, CustomStringConvertible {
        var description: String
    }

    let name: String
    /// - Parameter reference: the engine inside the process, for what must be the same everywhere.
    let check: @Sendable (_ engine: ContractEngine, _ reference: ContractEngine) async throws -> Void

    private init(
        _ name: String, _ check: @escaping @Sendable (ContractEngine, ContractEngine) async throws -> Void
    ) {
        self.name = name
        self.check = check
    }

    private static func require(_ isSo: Bool, _ what: @autoclosure () -> String) throws {
        if !isSo { throw Broken(description: what()) }
    }

    private static func requireCode(
        _ code: EngineError.Code, _ body: () async throws -> Void
    ) async throws -> EngineError {
        let error = await engineError(body)
        try require(error?.code == code, "got \(error.map { "\($0.code): \($0)" } ?? "no error")")
        return error ?? EngineError(code, "")
    }

    private static let ticket = "My card was charged twice for order 4412. Please refund one charge."
    private static let sorter = "You sort support tickets. Answer with JSON."
    private static let report = "Orders: 120. Returns: 4."
    private static let schema: Value = [
        "type": "object", "required": ["category"],
        "properties": ["category": ["type": "string"], "urgency": ["type": "integer"]],
    ]

    static let all: [ContractCase] = [
        ContractCase("plain answer") { engine, reference in
            let here = try await engine.answer(engine.request(ticket, system: sorter))
            let there = try await reference.answer(reference.request(ticket, system: sorter))
            try require(!here.text.isEmpty && here.text == there.text, "`\(here.text)`, not `\(there.text)`")
            try require(here.finishReason == there.finishReason, "finish \(here.finishReason)")
        },
        ContractCase("streaming") { engine, _ in
            let answer = try await Answer(engine.engine.generate(engine.request(report)))
            let result = try answer.whole()
            let pieces = answer.events.filter { if case .text = $0 { true } else { false } }
            try require(pieces.count > 3, "\(pieces.count) pieces")
            try require(answer.streamed == result.text, "the pieces are not the answer")
            let begun = answer.events.firstIndex { if case .started = $0 { true } else { false } }
            let said = answer.events.firstIndex { if case .text = $0 { true } else { false } }
            try require((begun ?? .max) < (said ?? 0), "the first piece came before the start")
        },
        ContractCase("schema") { engine, _ in
            var request = engine.request(ticket, system: sorter)
            request.schema = schema
            let text = try await engine.answer(request).text
            let data = try ParsedAnswer(from: text).value
            try require(try JSONSchema(schema).violations(of: data).isEmpty, "`\(text)`")
        },
        ContractCase("stop text") { engine, _ in
            let whole = try await engine.answer(engine.request(ticket, system: sorter)).text
            let stop = "\","
            let cut = try await engine.answer(engine.request(ticket, system: sorter, stop: [stop]))
            let expected = whole.range(of: stop).map { String(whole[..<$0.lowerBound]) }
            try require(expected == cut.text && cut.finishReason == .stop, "`\(cut.text)`, not `\(expected ?? whole)`")
        },
        ContractCase("cap on tokens") { engine, _ in
            let result = try await engine.answer(engine.request(ticket, system: sorter, maxTokens: 4))
            try require(result.finishReason == .length, "finish \(result.finishReason)")
            try require((1...4).contains(result.generatedTokens), "\(result.generatedTokens) tokens")
        },
        ContractCase("cap of nothing") { engine, _ in
            _ = try await requireCode(.invalidRequest) {
                _ = try await engine.answer(engine.request(ticket, maxTokens: 0))
            }
        },
        ContractCase("system prompt") { engine, _ in
            let plain = try await engine.answer(engine.request(ticket))
            let sorted = try await engine.answer(engine.request(ticket, system: sorter))
            try require(sorted.promptTokens > plain.promptTokens, "\(sorted.promptTokens) tokens")
        },
        ContractCase("few-shot turns") { engine, reference in
            func request(_ engine: ContractEngine) -> GenerationRequest {
                var request = engine.request(ticket)
                request.messages = [
                    .system(sorter), .user("The app crashes."), .assistant(#"{"category":"bug"}"#), .user(ticket),
                ]
                return request
            }
            let here = try await engine.answer(request(engine)).text
            let there = try await reference.answer(request(reference)).text
            try require(here == there, "`\(here)`, not `\(there)`")
        },
        ContractCase("tokens are told") { engine, reference in
            let here = try await engine.answer(engine.request(ticket, system: sorter))
            let there = try await reference.answer(reference.request(ticket, system: sorter))
            // Some servers count the end of the answer, and some do not tell.
            try require(
                abs(here.generatedTokens - there.generatedTokens) <= 1,
                "\(here.generatedTokens) generated, not \(there.generatedTokens)")
            let isNear = (there.promptTokens / 3...there.promptTokens * 2).contains(here.promptTokens)
            try require(isNear, "\(here.promptTokens) in the prompt, not \(there.promptTokens)")
        },
        ContractCase("times are told") { engine, _ in
            let timings = try await engine.answer(engine.request(report)).timings
            try require(timings.prompt > .zero && timings.generation > .zero, "\(timings)")
        },
        ContractCase("greedy repeats") { engine, _ in
            let first = try await engine.answer(engine.request(report)).text
            let second = try await engine.answer(engine.request(report)).text
            try require(first == second, "`\(first)`, then `\(second)`")
        },
        ContractCase("seed repeats") { engine, _ in
            let sampler = SamplerSettings(temperature: 1, seed: 7)
            let first = try await engine.answer(engine.request(report, sampler: sampler))
            let second = try await engine.answer(engine.request(report, sampler: sampler))
            try require(first.text == second.text && first.seed == 7, "`\(first.text)`, then `\(second.text)`")
        },
        ContractCase("drawn seed is told") { engine, _ in
            let result = try await engine.answer(engine.request(report, sampler: SamplerSettings(temperature: 1)))
            try require(result.seed != nil, "no seed")
        },
        ContractCase("thinking refused") { engine, _ in
            var request = engine.request(report)
            request.thinking = .on
            let thinking = request
            _ = try await requireCode(.invalidRequest) { _ = try await engine.answer(thinking) }
        },
        ContractCase("images refused") { engine, _ in
            var request = engine.request(report)
            let picture = ImageAttachment(name: "owl.png", data: Data([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]))
            request.messages[0].images = [picture].compactMap(\.self)
            let seeing = request
            _ = try await requireCode(.invalidRequest) { _ = try await engine.answer(seeing) }
        },
        ContractCase("unknown model") { engine, _ in
            let error = try await requireCode(.modelNotFound) {
                _ = try await engine.answer(engine.request(report, model: "fledglin"))
            }
            try require(error.message.contains("did you mean"), error.message)
        },
        ContractCase("too long a prompt") { engine, _ in
            let text = (1...3000).map { "word\($0)" }.joined(separator: " ")
            _ = try await requireCode(.promptTooLong) { _ = try await engine.answer(engine.request(text)) }
        },
        ContractCase("cancelled") { engine, _ in
            let task = Task {
                for try await event in engine.engine.generate(engine.request(report, maxTokens: 400)) {
                    if case .text = event { return }
                }
            }
            try await task.value
            // Whoever comes next is served as if nothing had been.
            let next = try await engine.answer(engine.request(ticket, system: sorter, maxTokens: 4))
            try require(!next.text.isEmpty, "nothing came after it")
        },
        ContractCase("Unicode") { engine, reference in
            let text = "Grüße aus Zürich 🦉 – „Danke“"
            let here = try await engine.answer(engine.request(text)).text
            let there = try await reference.answer(reference.request(text)).text
            try require(here == there && !here.contains("\u{FFFD}"), "`\(here)`, not `\(there)`")
        },
        ContractCase("four at once") { engine, _ in
            let expected = try await engine.answer(engine.request(ticket, system: sorter)).text
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 1...4 {
                    group.addTask { try await engine.answer(engine.request(ticket, system: sorter)).text }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try require(answers == Array(repeating: expected, count: 4), "\(answers)")
        },
        ContractCase("listed and described") { engine, _ in
            let names = try await engine.engine.models().map(\.name)
            try require(names.contains(engine.model), "\(names)")
            let description = try await engine.engine.describe(engine.model)
            try require(description.capabilities.contains(.chat), "\(description)")
        },
    ]
}
