package import Inference

/// Several engines that serve one name. A call goes to the least loaded member that is well and has the model; one
/// that fails before its first token moves on to another member.
package struct PoolEngine: Engine {
    /// An engine of the pool.
    package struct Member: Sendable {
        package var engine: any Engine
        /// The calls that it takes at a time.
        package var parallel: Int
        /// How many calls of other processes it has at the moment.
        package var others: @Sendable () -> Int

        package init(engine: any Engine, parallel: Int, others: @escaping @Sendable () -> Int = { 0 }) {
            self.engine = engine
            self.parallel = parallel
            self.others = others
        }
    }

    package let name: String
    private let members: [Member]
    private let desk: PoolDesk

    package init(
        name: String, members: [Member],
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.name = name
        self.members = members
        desk = PoolDesk(members.map { .init(parallel: $0.parallel, others: $0.others) }, now: now)
    }

    /// The members' models, each once, of those that can be reached.
    package func models() async throws(EngineError) -> [ModelDescription] {
        var all: [ModelDescription] = []
        var failure: EngineError?
        for member in members {
            do throws(EngineError) {
                for var model in try await member.engine.models() where !all.contains(where: { $0.name == model.name })
                {
                    model.engine = name
                    all.append(model)
                }
            } catch {
                failure = error
            }
        }
        if all.isEmpty, let failure { throw failure }
        return all
    }

    package func describe(_ model: String) async throws(EngineError) -> ModelDescription {
        var found = try await first { engine throws(EngineError) in try await engine.describe(model) }
        found.engine = name
        return found
    }

    /// - Throws: ``EngineError`` with code `model_changed` where members have different weights under the name.
    package func identity(of model: String) async throws(EngineError) -> ModelIdentity {
        var found: [ModelIdentity] = []
        var failure: EngineError?
        for member in members {
            do throws(EngineError) {
                found.append(try await member.engine.identity(of: model))
            } catch {
                failure = error
            }
        }
        guard let first = found.first else { throw failure ?? nobody(model) }
        // Where a member tells no digest, nothing can be said of the pool.
        guard found.allSatisfy({ $0.digest != nil }) else {
            return ModelIdentity(reference: "\(name)/\(model)", digest: nil)
        }
        if let other = found.first(where: { $0.digest != first.digest }) {
            throw EngineError(
                .modelChanged,
                "The members of \(name) have different models under one name: \(first.reference) and \(other.reference)."
            )
        }
        return ModelIdentity(reference: "\(name)/\(model)", digest: first.digest)
    }

    package func preview(_ request: GenerationRequest) async throws(EngineError) -> PromptPreview {
        try await first { engine throws(EngineError) in try await engine.preview(request) }
    }

    package func tokenLengths(of text: String, model: String) async throws(EngineError) -> [Int] {
        try await first { engine throws(EngineError) in try await engine.tokenLengths(of: text, model: model) }
    }

    package func embed(_ texts: [String], model: String) async throws(EngineError) -> Embeddings {
        try await first { engine throws(EngineError) in try await engine.embed(texts, model: model) }
    }

    /// What the first member gives that gives anything.
    private func first<Result>(
        _ ask: (any Engine) async throws(EngineError) -> Result
    ) async throws(EngineError) -> Result {
        var failure: EngineError?
        for member in members {
            do throws(EngineError) {
                return try await ask(member.engine)
            } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? EngineError(.modelNotFound, "The pool \(name) has no members.")
    }

    package func generate(_ request: GenerationRequest) -> GenerationStream {
        GenerationStream.made { send in try await answer(request, send) }
    }

    /// The members are engines of their own, which those shut down who made them.
    package func shutdown() async {}

    private func answer(
        _ request: GenerationRequest, _ send: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws {
        var untried = Set(members.indices)
        var failures: [PassedOver] = []
        while let index = try await desk.take(for: request.model, from: untried) {
            untried.remove(index)
            let engine = members[index].engine
            var hasBegun = false
            do {
                for try await event in engine.generate(request) {
                    switch event {
                    case .started, .text, .reasoning, .finished: hasBegun = true
                    case .waiting, .passedOver, .loading, .evaluating: break
                    }
                    send(event)
                }
                await desk.giveBack(index, model: request.model, .well)
                return
            } catch {
                let failure = error as? EngineError
                await desk.giveBack(index, model: request.model, failure?.endingOfMember ?? .neither)
                guard let failure, !hasBegun, failure.isForAnother else { throw error }
                let passed = PassedOver(model: "\(engine.name)/\(request.model)", error: failure)
                failures.append(passed)
                send(.passedOver(passed))
            }
        }
        throw EngineError("No member of \(name) could answer.", failures) ?? nobody(request.model)
    }

    private func nobody(_ model: String) -> EngineError {
        EngineError(.modelNotFound, "No member of \(name) has the model `\(model)`.")
    }
}

extension EngineError {
    /// What a failure says of the member of a pool.
    fileprivate var endingOfMember: PoolDesk.Ending {
        switch code {
        case .modelNotFound: .lacking
        case .promptTooLong, .invalidRequest, .answerEmpty: .neither
        default: .failed
        }
    }
}
