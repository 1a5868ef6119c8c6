import Foundation
import GRDB
import Jinja

/// `nightjar serve` at work in a fixture's folder.
struct RunningDaemon {
    let fixture: CommandFixture
    let started: CommandFixture.Started

    init(
        _ fixture: CommandFixture, _ arguments: String..., mostMemory: Int? = nil, isReady: Bool = true
    ) throws {
        self.fixture = fixture
        // A crash is to end a process at once, without half a minute of looking at its stack.
        started = try fixture.start(
            ["serve"] + arguments, environment: ["SWIFT_BACKTRACE": "enable=no"],
            limit: mostMemory.map { "-v \($0 / 1024)" })
        if isReady { try waitForLog("the scheduler is at work") }
    }

    var log: String { started.errorsSoFar }

    /// Waits until the log holds a text, or the daemon has ended.
    func waitForLog(_ text: String) throws {
        try started.wait { log.contains(text) || !started.process.isRunning }
    }

    func signal(_ number: Int32) { kill(started.process.processIdentifier, number) }

    /// Lets it come to its end in order.
    func stop() throws -> CommandFixture.Outcome {
        signal(SIGTERM)
        return try started.finish()
    }
}

extension CommandFixture {
    /// What became of all that was due, the first first.
    func occurrences() throws -> [Row] {
        guard exists(".state/history.sqlite") else { return [] }
        return try database { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT occurrences.*, runs.state AS run_state, runs.error_message
                    FROM occurrences LEFT JOIN runs ON runs.id = run_id ORDER BY due_at, occurrences.id
                    """)
        }
    }
}
