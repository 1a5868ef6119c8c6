import Synchronization

/// The right to run one call on an engine, until it is released or nobody has it any more.
package final class EngineSlot: Sendable {
    /// What becomes of a slot when its call is over.
    package enum Release: Sendable, Hashable {
        /// For the next call of this process, which runs without waiting for others: soon after this one, or the slot
        /// is free.
        case keep
        /// For whoever comes next.
        case free
    }

    private let number: Int
    private let slots: EngineSlots
    private let isReleased = Atomic(false)

    init(_ number: Int, of slots: EngineSlots) {
        self.number = number
        self.slots = slots
    }

    deinit { release(.free) }

    /// Gives the slot back; a second time does nothing.
    package func release(_ release: Release) {
        guard !isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
        slots.release(number, release)
    }
}
