import Foundation
import ModelPull
import Runner
import Synchronization

/// Tells how a fetch gets on: a line that changes on a terminal, else a line for each tenth.
final class PullLine: Sendable {
    private let isLive = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    private struct State {
        var name = ""
        /// What was here already when the file was begun.
        var first = 0
        var began = ContinuousClock.now
        var shown = ContinuousClock.now
        var tenth = -1
    }

    func show(_ event: ModelPull.Event) {
        switch event {
        case .note(let text): Console.note(text.printable)
        case .progress(let name, let bytes, let total):
            if let line = line(name, bytes, total) {
                if isLive { FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8)) } else { Console.note(line) }
            }
        case .finished(let name, let path):
            if isLive { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
            Console.note("fetched   local/\(name)  (\(path))")
        }
    }

    /// `nil` where the last one is new enough.
    private func line(_ name: String, _ bytes: Int, _ total: Int) -> String? {
        state.withLock { state in
            let now = ContinuousClock.now
            if state.name != name {
                state = State(name: name, first: bytes, began: now, shown: now, tenth: -1)
            }
            let tenth = total > 0 ? bytes * 10 / total : 10
            let isDue = isLive ? now - state.shown > .milliseconds(200) || bytes == total : tenth > state.tenth
            guard isDue else { return nil }
            state.shown = now
            state.tenth = tenth
            let seconds = (now - state.began) / .seconds(1)
            let rate = seconds > 0 ? Double(bytes - state.first) / seconds : 0
            var text = "\(name)  \(total > 0 ? bytes * 100 / total : 100) %  of \(Figures.bytes(total))"
            if rate > 0 {
                text += ", \(Figures.bytes(Int(rate)))/s"
                if bytes < total { text += ", \(Int((Double(total - bytes) / rate).rounded(.up))) s left" }
            }
            return text.printable
        }
    }
}
