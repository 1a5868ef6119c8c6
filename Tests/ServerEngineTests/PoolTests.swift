import Foundation
import Inference
import LocalNetwork
import PythonSupport
import ServerEngine
import Synchronization
import Testing

/// Several servers under one name, with a clock that the test moves.
@Suite(.timeLimit(.minutes(5)), .enabled(if: Python.executable != nil, "python3 is not installed"))
struct PoolTests {
    private let server: PythonServer
    private let clock = Moment()

    init() throws {
        server = try PythonServer(named: "fault_server")
    }

    private final class Moment: Sendable {
        private let passed = Mutex(Duration.zero)
        private let start = ContinuousClock.now

        var now: ContinuousClock.Instant { start + passed.withLock { $0 } }

        func pass(_ time: Duration) { passed.withLock { $0 += time } }
    }

    private func pool(_ faults: String...) throws -> PoolEngine {
        let members = try faults.map { fault in
            let settings = ServerSettings(name: fault, url: try ServerURL("\(server.url)/\(fault)~pool"))
            let limits = CallLimits(firstToken: .milliseconds(400))
            return PoolEngine.Member(engine: TimedEngine(OllamaEngine(settings), limits: limits), parallel: 1)
        }
        return PoolEngine(name: "lab", members: members, now: { [clock] in clock.now })
    }

    private let request = GenerationRequest(
        model: "owl", messages: [.user("What is it?")], sampler: .greedy, maxTokens: 50)

    private func passedOver(_ answer: Answer) -> [String] {
        answer.events.compactMap { if case .passedOver(let passed) = $0 { passed.model } else { nil } }
    }

    @Test func aCallMovesOnBeforeItsFirstTokenAndWhoFailedIsSetAsideForAWhile() async throws {
        let pool = try pool("always-503", "hang-before-token", "good")
        let first = try await Answer(pool.generate(request))
        #expect(passedOver(first) == ["always-503/owl", "hang-before-token/owl"])
        #expect(try first.whole().model.reference == "good/owl")
        // They are left alone, and tried again once their time is over.
        #expect(passedOver(try await Answer(pool.generate(request))).isEmpty)
        clock.pass(.seconds(6))
        #expect(passedOver(try await Answer(pool.generate(request))).count == 2)
        // After a second failure in a row it takes twice as long.
        clock.pass(.seconds(6))
        #expect(passedOver(try await Answer(pool.generate(request))).isEmpty)
        clock.pass(.seconds(6))
        #expect(passedOver(try await Answer(pool.generate(request))).count == 2)
    }

    @Test func aCallThatBreaksOffInTheMiddleIsNotRepeatedHere() async throws {
        let pool = try pool("reset-after-token", "good")
        let error = await engineError { _ = try await Answer(pool.generate(request)) }
        #expect(error?.code == .answerBroken)
        #expect(try await Answer(pool.generate(request)).whole().model.reference == "good/owl")
    }

    @Test func whoHasNotTheModelIsPassedOverAndStaysWell() async throws {
        let pool = try pool("model-missing", "good")
        #expect(try await Answer(pool.generate(request)).whole().model.reference == "good/owl")
        #expect(passedOver(try await Answer(pool.generate(request))).isEmpty)
    }

    @Test func whereNobodyCanAnswerEachReasonIsTold() async throws {
        let pool = try pool("always-500", "always-503")
        let error = await engineError { _ = try await Answer(pool.generate(request)) }
        #expect(error?.code == .busy)
        #expect(error?.message.contains("always-500/owl") == true && error?.message.contains("always-503/owl") == true)
    }
}
