import Foundation
import Synchronization

/// Runs work on a thread with 512 KB of stack, the least that platforms give to threads.
func onSmallStack(_ work: @escaping @Sendable () throws -> Void) throws {
    let result = Mutex<Result<Void, any Error>>(.success(()))
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
        let outcome = Result { try work() }
        result.withLock { $0 = outcome }
        done.signal()
    }
    thread.stackSize = 512 << 10
    thread.start()
    done.wait()
    try result.withLock { $0 }.get()
}
