package import Inference
import Jinja
import SeededRandom

/// Requests of all kinds at random, some of which have to fail, some of which are cancelled: each has to end as its kind
/// says.
package struct EngineSoak {
    package enum Kind: String, CaseIterable, Sendable {
        case plain, schema, choices, reproducible, largerContext, tooLong, wrongGrammar, cancelled
    }

    /// One request and how it ended.
    package struct Outcome: Sendable {
        package var kind: Kind
        /// What is wrong with its end; `nil` if it is the right one.
        package var problem: String?
    }

    private let engine: any Engine
    private let model: String
    private var source: SplitMix64

    private static let preamble = String(repeating: "Each ticket has a subject and a text. ", count: 20)

    package init(_ engine: any Engine, model: String, seed: UInt64) {
        self.engine = engine
        self.model = model
        source = SplitMix64(seed: seed)
    }

    /// Asks for many requests, always the same number of them at once.
    /// - Parameter each: Is told of every end.
    package mutating func run(_ count: Int, together: Int, each: (Outcome) -> Void) async {
        await withTaskGroup(of: Outcome.self) { group in
            for number in 0..<count {
                if number >= together, let outcome = await group.next() { each(outcome) }
                let kind = Kind.allCases.randomElement(using: &source) ?? .plain
                let request = request(kind, number)
                let events = kind == .cancelled ? Int.random(in: 1...30, using: &source) : .max
                group.addTask { [engine] in
                    Outcome(kind: kind, problem: await Self.problem(engine, request, kind, cancelAfter: events))
                }
            }
            for await outcome in group { each(outcome) }
        }
    }

    private mutating func request(_ kind: Kind, _ number: Int) -> GenerationRequest {
        // Half of them have their beginning for themselves, so that the cache becomes too small.
        let own = Bool.random(using: &source) ? "\(number) " : ""
        let beginning = own + Self.preamble.prefix(Int.random(in: 1...700, using: &source))
        var request = GenerationRequest(
            model: model, messages: [.user("\(beginning) \(number % 7)")],
            sampler: SamplerSettings(temperature: 2, seed: UInt32(number)),
            maxTokens: Int.random(in: 1...60, using: &source), context: 512)
        switch kind {
        case .plain, .cancelled: break
        case .schema: request.schema = ["type": "array", "items": ["type": "integer"], "maxItems": 5]
        case .choices: request.choices = ["bug", "billing", "question"]
        case .reproducible: request.isReproducible = true
        case .largerContext: request.context = number % 40 == 0 ? 768 : 512
        case .tooLong: request.messages = [.user(String(repeating: "far too long ", count: 2000))]
        case .wrongGrammar: request.grammar = "root ::= ["
        }
        return request
    }

    private static func problem(
        _ engine: any Engine, _ request: GenerationRequest, _ kind: Kind, cancelAfter: Int
    ) async -> String? {
        do {
            var events = 0
            for try await event in engine.generate(request) {
                events += 1
                if events > cancelAfter { return nil }
                if case .finished(let result) = event { return problem(result, request, kind) }
            }
            return "its events ended without a result"
        } catch let error as EngineError {
            let isRight =
                kind == .tooLong ? error.code == .promptTooLong : kind == .wrongGrammar && error.code == .invalidRequest
            return isRight ? nil : "it failed: \(error)"
        } catch {
            return "it failed: \(error)"
        }
    }

    private static func problem(_ result: GenerationResult, _ request: GenerationRequest, _ kind: Kind) -> String? {
        switch kind {
        case .tooLong, .wrongGrammar: "it was answered"
        case .choices where result.finishReason == .stop && !request.choices.contains(result.text):
            "\(result.text) is none of the choices"
        case .schema where result.finishReason == .stop && (try? Value(json: result.text))?.list == nil:
            "\(result.text) is no list"
        default: result.generatedTokens <= request.maxTokens ? nil : "it has too many tokens"
        }
    }
}
