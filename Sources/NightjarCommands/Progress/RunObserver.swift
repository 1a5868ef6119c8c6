import Jinja
import Runner

/// Someone who is shown what happens in a run.
protocol RunObserver: Sendable {
    func observe(_ event: RunEvent)
    /// Nothing more happens: what is half-drawn is put right.
    func finish()
}

/// For `--quiet`.
struct SilentObserver: RunObserver {
    func observe(_ event: RunEvent) {}
    func finish() {}
}

/// For `--json`: events as lines on standard output.
struct EventLines: RunObserver {
    func observe(_ event: RunEvent) {
        if let value = event.value { Console.print(value.json(.compact)) }
    }

    func finish() {}
}
