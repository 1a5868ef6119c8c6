import Dispatch
import Foundation

#if os(Linux)
    internal import CLinux
#endif

/// One timer by the clock on the wall: it goes off at its moment also where the machine slept in between, and it is told
/// when the clock is set.
final class WakeTimer {
    private let timer = DispatchSource.makeTimerSource(queue: .global())
    private let clock: ClockChanges?

    /// - Parameter wake: is called at each moment that was set, and whenever the clock was set.
    init(_ wake: @escaping @Sendable () -> Void) {
        timer.setEventHandler(handler: wake)
        clock = ClockChanges(wake)
        timer.resume()
    }

    /// Goes off then, and not at what was set before.
    func set(_ date: Date) {
        // A moment that is over goes off at once.
        let seconds = max(0, date.timeIntervalSince1970)
        let whole = seconds.rounded(.down)
        let moment = timespec(tv_sec: Int(whole), tv_nsec: Int((seconds - whole) * 1e9))
        timer.schedule(wallDeadline: DispatchWallTime(timespec: moment), leeway: .milliseconds(1))
    }

    func cancel() {
        timer.cancel()
        clock?.cancel()
    }
}

#if os(Linux)
    /// Tells when the machine's clock was set: Linux cancels a timer for that.
    private final class ClockChanges {
        private let source: any DispatchSourceRead

        init?(_ changed: @escaping @Sendable () -> Void) {
            let descriptor = timerfd_create(CLOCK_REALTIME, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
            guard descriptor >= 0 else { return nil }
            Self.arm(descriptor)
            source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
            source.setEventHandler {
                var count: UInt64 = 0
                _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
                Self.arm(descriptor)
                changed()
            }
            source.setCancelHandler { close(descriptor) }
            source.resume()
        }

        func cancel() { source.cancel() }

        private static func arm(_ descriptor: Int32) {
            // It is to be cancelled, and never to go off.
            var never = itimerspec()
            never.it_value.tv_sec = 1 << 33
            let flags = Int32(TFD_TIMER_ABSTIME) | Int32(TFD_TIMER_CANCEL_ON_SET)
            _ = timerfd_settime(descriptor, flags, &never, nil)
        }
    }
#else
    /// Tells when the machine's clock was set.
    private final class ClockChanges {
        private let observer: any NSObjectProtocol

        init?(_ changed: @escaping @Sendable () -> Void) {
            observer = NotificationCenter.default.addObserver(
                forName: .NSSystemClockDidChange, object: nil, queue: nil
            ) { _ in changed() }
        }

        func cancel() { NotificationCenter.default.removeObserver(observer) }
    }
#endif
