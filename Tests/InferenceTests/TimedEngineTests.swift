import Inference
import Synchronization
import Testing

/// How long a call may be silent, with a clock that the test moves.
@Suite(.timeLimit(.minutes(1)))
struct TimedEngineTests {
    /// An engine that says what a test lets it say, and then nothing more until it is cancelled.
    private struct SilentEngine: Engine {
        let name = "owl"
        let events: [GenerationEvent]
        let wasCancelled = Flag()

        func models() async throws(EngineError) -> [ModelDescription] { [] }
        func describe(_ model: String) async throws(EngineError) -> ModelDescription {
            ModelDescription(name: model, engine: name)
        }
        func preview(_ request: GenerationRequest) async throws(EngineError) -> PromptPreview {
            PromptPreview(text: "", tokens: 0)
        }
        func tokenLengths(of text: String, model: String) async throws(EngineError) -> [Int] { [] }
        func shutdown() async {}

        func generate(_ request: GenerationRequest) -> GenerationStream {
            .made { send in
                events.forEach(send)
                do {
                    try await Task.sleep(for: .seconds(3600))
                } catch {
                    wasCancelled.isSet.withLock { $0 = true }
                    throw error
                }
            }
        }
    }

    private final class Flag: Sendable {
        let isSet = Mutex(false)
    }

    struct LimitCase: Sendable, CustomStringConvertible {
        var events: [GenerationEvent]
        var key: String
        var description: String { key }
    }

    @Test(arguments: [
        LimitCase(events: [.loading(progress: 0)], key: "load"),
        LimitCase(events: [.loading(progress: 0), .evaluating], key: "first_token"),
        LimitCase(
            events: [.evaluating, .started(promptTokens: 1), .text("a", generatedTokens: 1)], key: "between_tokens"),
    ])
    func silenceEndsTheCallAndSaysWhichLimitToRaise(limit: LimitCase) async throws {
        let silent = SilentEngine(events: limit.events)
        let limits = CallLimits(
            load: .milliseconds(30), firstToken: .milliseconds(40), betweenTokens: .milliseconds(50),
            total: .seconds(60))
        let engine = TimedEngine(silent, limits: limits)
        let request = GenerationRequest(model: "eagle", messages: [.user("Hello")])
        do {
            for try await _ in engine.generate(request) {}
            Issue.record("the call did not end with an error")
        } catch let error as EngineError {
            #expect(error.code == .timedOut)
            #expect(error.message.contains("`limits.\(limit.key)`") && error.message.contains("owl/eagle"), "\(error)")
        }
        #expect(silent.wasCancelled.isSet.withLock { $0 })
    }

    @Test func theTotalCountsAllTogether() async throws {
        let engine = TimedEngine(
            SilentEngine(events: [.evaluating]), limits: CallLimits(total: .milliseconds(30)))
        do {
            for try await _ in engine.generate(GenerationRequest(model: "eagle", messages: [])) {}
            Issue.record("the call did not end with an error")
        } catch let error as EngineError {
            #expect(error.message.contains("`limits.total`"), "\(error)")
        }
    }

    @Test func waitingForItsTurnIsNoSilence() async throws {
        let slept = Mutex(0)
        let engine = TimedEngine(
            SilentEngine(events: [.waiting("behind another")]),
            limits: CallLimits(load: .seconds(1), firstToken: .seconds(1), betweenTokens: .seconds(1))
        ) { _ in
            // Far more time than any limit gives.
            slept.withLock { $0 += 1 }
            if slept.withLock({ $0 }) > 1000 { throw CancellationError() }
            await Task.yield()
        }
        await #expect(throws: CancellationError.self) {
            for try await _ in engine.generate(GenerationRequest(model: "eagle", messages: [])) {}
        }
    }

    @Test func aStepsOwnLimitsComeFirst() {
        let limits = CallLimits().changed(by: CallLimits.Changes(load: .seconds(5)))
        #expect(limits.load == .seconds(5))
        #expect(limits.firstToken == CallLimits().firstToken)
    }
}
