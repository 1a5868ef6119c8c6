import Foundation

/// Threads of our own for work that blocks or computes for long, so that it does not take threads from Swift's pool.
enum DedicatedThread {
    /// Generous, since libllama's tokenizers match regular expressions recursively; memory is used only where touched.
    private static let stackSize = 256 << 20
    /// What a thread gets at least: one that could not be started would be waited for in vain.
    private static let leastStackSize = 1 << 20

    /// Starts a thread that ends when `body` does.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.name = name
        // Under a limit of address space (`ulimit -v`) as much as leaves room for the other threads and a model.
        let share = (AvailableMemory.addressSpace ?? .max) / 16
        thread.stackSize = max(leastStackSize, min(stackSize, share))
        thread.start()
    }

    /// Runs `body` on a thread of its own and waits for it without blocking.
    static func run<Value: Sendable>(
        _ name: String, _ body: @escaping @Sendable () throws(any Error) -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            start(name) { continuation.resume(with: Result { try body() }) }
        }
    }
}
