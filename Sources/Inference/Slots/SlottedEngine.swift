/// An engine whose calls wait for a slot that all processes share.
package struct SlottedEngine: EngineWrapper {
    package let base: any Engine
    private let slots: EngineSlots

    package init(_ base: any Engine, slots: EngineSlots) {
        self.base = base
        self.slots = slots
    }

    package func embed(_ texts: [String], model: String) async throws(EngineError) -> Embeddings {
        do {
            let slot = try await slots.acquire()
            defer { slot.release(.keep) }
            return try await base.embed(texts, model: model)
        } catch let error as EngineError {
            throw error
        } catch let failure as SlotFailure {
            throw EngineError(.engineFailed, failure.message)
        } catch {
            throw EngineError(.closed, "Waiting for \(name) was stopped.")
        }
    }

    package func generate(_ request: GenerationRequest) -> GenerationStream {
        GenerationStream.made { send in
            let asked = ContinuousClock.now
            let slot: EngineSlot
            do {
                slot = try await slots.acquire { wait in
                    // That a run waits for itself is no news.
                    if !wait.own { send(.waiting("\(name) \(wait)")) }
                }
            } catch let failure as SlotFailure {
                throw EngineError(.engineFailed, failure.message)
            }
            let wait = asked.duration(to: .now)
            do {
                for try await event in base.generate(request) {
                    if case .finished(var result) = event {
                        result.timings.wait += wait
                        // Before the reader is told: the next call may come at once.
                        slot.release(.keep)
                        send(.finished(result))
                    } else {
                        send(event)
                    }
                }
                slot.release(.free)
            } catch {
                // Who comes again later must not keep others waiting meanwhile.
                slot.release(.free)
                throw error
            }
        }
    }

    package func shutdown() async {
        slots.close()
        await base.shutdown()
    }
}
