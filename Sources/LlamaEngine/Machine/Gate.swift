import Foundation

/// Something that happens once, and that threads can wait for.
///
/// `@unchecked Sendable`: the flag is touched only while `condition` is held.
final class Gate: @unchecked Sendable {
    private let condition = NSCondition()
    private var isOpen = false

    func open() {
        condition.withLock {
            isOpen = true
            condition.broadcast()
        }
    }

    /// Blocks until the gate is open.
    func wait() {
        condition.withLock {
            while !isOpen { condition.wait() }
        }
    }
}
