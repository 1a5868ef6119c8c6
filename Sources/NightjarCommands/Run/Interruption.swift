import Dispatch
import Foundation
import Runner
import Synchronization

/// SIGINT, SIGTERM and SIGHUP while a command works: the first ends it in order, the second at once.
final class Interruption {
    private let sources: [any DispatchSourceSignal]

    init(_ cancel: @escaping @Sendable () -> Void) {
        let count = SignalCount()
        // Under `nohup`, a terminal that is closed is no reason to end.
        let ignoresHangup =
            unsafeBitCast(signal(SIGHUP, SIG_IGN), to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        sources = ([SIGINT, SIGTERM] + (ignoresHangup ? [] : [SIGHUP])).map { number in
            // The default action would end the process before the source sees the signal.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if count.next() == 1 {
                    cancel()
                } else {
                    RunningPrograms.endAll()
                    _exit(ExitStatus.interrupted.rawValue)
                }
            }
            source.resume()
            return source
        }
    }

    func stop() {
        for source in sources { source.cancel() }
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }
}

/// How many signals came.
private final class SignalCount: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}
