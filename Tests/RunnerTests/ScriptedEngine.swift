import Inference
import Synchronization

/// An engine that answers as a test says, for what a real one does not do on demand.
struct ScriptedEngine: Engine {
    /// How an answer ends, and what it says beside its text.
    struct Answer: Sendable {
        /// The pieces in which the text comes.
        var pieces: [String]
        var finishReason = FinishReason.stop

        init(_ pieces: String..., cutOff: Bool = false) {
            self.pieces = pieces
            finishReason = cutOff ? .length : .stop
        }
    }

    let name = "script"
    private let calls = Calls()
    private let script: @Sendable (GenerationRequest) async throws -> Answer
    private let unfinished: Bool

    /// - Parameters:
    ///   - unfinished: whether the stream ends after the pieces, without saying why.
    ///   - script: what is answered. It is cancelled with the call.
    init(unfinished: Bool = false, _ script: @escaping @Sendable (GenerationRequest) async throws -> Answer) {
        self.unfinished = unfinished
        self.script = script
    }

    /// Answers everything with one text.
    init(saying text: String, cutOff: Bool = false) {
        self.init { _ in Answer(text, cutOff: cutOff) }
    }

    /// The calls so far, in the order in which they began.
    var requests: [GenerationRequest] { calls.all }

    func models() async throws(EngineError) -> [ModelDescription] { [try await describe("owl")] }

    func describe(_ model: String) async throws(EngineError) -> ModelDescription {
        ModelDescription(name: model, engine: name)
    }

    func preview(_ request: GenerationRequest) async throws(EngineError) -> PromptPreview {
        PromptPreview(text: request.messages.map(\.content).joined(separator: "\n"), tokens: 7)
    }

    /// Every three bytes are a token.
    func tokenLengths(of text: String, model: String) async throws(EngineError) -> [Int] {
        let bytes = text.utf8.count
        return Array(repeating: 3, count: bytes / 3) + (bytes % 3 > 0 ? [bytes % 3] : [])
    }

    func generate(_ request: GenerationRequest) -> GenerationStream {
        calls.add(request)
        let events = AsyncThrowingStream<GenerationEvent, any Error> { continuation in
            let task = Task {
                do {
                    continuation.yield(.started(promptTokens: 7))
                    let answer = try await script(request)
                    for (index, piece) in answer.pieces.enumerated() {
                        continuation.yield(.text(piece, generatedTokens: index + 1))
                    }
                    if !unfinished { continuation.yield(.finished(result(answer, request))) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
        return GenerationStream(events)
    }

    func shutdown() async {}

    private func result(_ answer: Answer, _ request: GenerationRequest) -> GenerationResult {
        GenerationResult(
            text: answer.pieces.joined(), finishReason: answer.finishReason, renderedPrompt: "<rendered>",
            model: ModelIdentity(reference: "script/\(request.model)", digest: "sha256:feed"), seed: 42,
            promptTokens: 7, generatedTokens: answer.pieces.count,
            timings: GenerationTimings(prompt: .milliseconds(10), generation: .milliseconds(20)))
    }

    private final class Calls: Sendable {
        private let requests = Mutex<[GenerationRequest]>([])

        var all: [GenerationRequest] { requests.withLock { $0 } }

        func add(_ request: GenerationRequest) { requests.withLock { $0.append(request) } }
    }
}

/// Waits until its task is cancelled, however long that takes.
func waitForCancellation() async throws -> Never {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    for await _ in stream {}
    continuation.finish()
    throw CancellationError()
}

/// A place where tasks wait for each other.
actor Meeting {
    private let size: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private(set) var isComplete = false

    init(of size: Int) { self.size = size }

    /// Returns when so many have arrived.
    func arrive() async {
        if waiting.count + 1 >= size { isComplete = true }
        guard !isComplete else {
            waiting.forEach { $0.resume() }
            waiting = []
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }
}

/// Something that happens once, for which others wait.
actor Signal {
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var isGiven = false

    func give() {
        isGiven = true
        waiting.forEach { $0.resume() }
        waiting = []
    }

    func wait() async {
        guard !isGiven else { return }
        await withCheckedContinuation { waiting.append($0) }
    }
}
