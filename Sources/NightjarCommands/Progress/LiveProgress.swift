import Foundation
import Runner
import Synchronization
import Workflow

/// Progress on a terminal: the tree of steps, drawn anew in place.
final class LiveProgress: RunObserver {
    /// Drawing more often than this is not seen, and costs the model its processor.
    private static let framesPerSecond = 10.0

    private struct State {
        var tree = ProgressTree()
        var drawnLines = 0
        var lastFrame = -1.0
        var isOver = false
    }

    private let state = Mutex(State())
    private let began = ContinuousClock.now
    private let style = ProgressStyle(isColored: Console.usesColor(STDERR_FILENO))

    private var moment: Double { began.duration(to: .now).inSeconds }

    func observe(_ event: RunEvent) {
        state.withLock { state in
            guard !state.isOver else { return }
            let now = moment
            state.tree.apply(event, at: now)
            if case .itemFinished(let step, let index, .failed(let message)) = event {
                // A failed item stays on the screen, above the tree.
                draw(&state, at: now, above: style.bad("✗") + " \(step.path)[\(index)]: \(message)")
            } else if case .stepChanged(let step, let reason) = event {
                draw(&state, at: now, above: "\(step.path): is done again, since \(reason)")
            } else if case .runFinished(let outcome) = event {
                draw(&state, at: now, above: nil)
                Console.note(style.bold(RunSummaryLine(outcome).text))
                state.isOver = true
            } else if now - state.lastFrame >= 1 / Self.framesPerSecond {
                draw(&state, at: now, above: nil)
            }
        }
    }

    func finish() {
        state.withLock { state in
            if !state.isOver { draw(&state, at: moment, above: nil) }
            state.isOver = true
        }
    }

    private func draw(_ state: inout State, at now: Double, above line: String?) {
        let lines = state.tree.lines(width: Console.width - 1, at: now, style: style)
        // Back to the first line drawn before, and clear from there to the end of the screen.
        var frame = state.drawnLines > 0 ? "\u{1B}[\(state.drawnLines)F\u{1B}[J" : ""
        if let line { frame += line.clipped(to: Console.width - 1 + 20) + "\n" }
        frame += lines.joined(separator: "\n") + "\n"
        Console.noteRaw(frame)
        state.drawnLines = lines.count
        state.lastFrame = now
    }
}
