package import Foundation
internal import GRDB

/// A run in a listing.
package struct RunSummary: Sendable, Hashable {
    package let id: RunID
    package let workflow: String
    package let state: RunState
    package let trigger: String
    package let started: Date
    package let ended: Date?
    /// From begin to end, in seconds; `nil` while it runs.
    package let seconds: Double?
    package let totals: RunTotals
    package let error: RecordedError?
}

/// What a run has come to so far.
package struct RunTotals: Sendable, Hashable, Codable {
    /// Turns of `foreach` loops that began.
    package let items: Int
    package let itemsDone: Int
    package let itemsFailed: Int
    /// Model calls.
    package let calls: Int
    package let promptTokens: Int
    package let generatedTokens: Int
    /// Files written.
    package let files: Int
    /// Items that were not done again, because their results are known.
    package let itemsReused: Int
}

/// All that the record has of one run, but for its steps, items, calls and files.
package struct RunRecord: Sendable, Hashable {
    package let summary: RunSummary
    /// Where the workflow's file was.
    package let path: String?
    /// The workflow's file as it was.
    package let workflowText: String
    package let workflowSHA256: String
    /// A JSON object.
    package let inputs: String
    /// A JSON object; `nil` before the end.
    package let outputs: String?
    /// What the command line said beside the inputs, as a JSON object.
    package let options: String?
    /// How often it was gone on with.
    package let resumes: Int
    /// The run with whose results it began.
    package let source: RunID?
    package let process: RunProcess

    package var id: RunID { summary.id }
}

/// Which runs a listing has. What is `nil` does not count.
package struct RunFilter: Sendable, Hashable {
    /// The workflow's name.
    package var workflow: String?
    /// The workflow's file.
    package var path: String?
    /// Any of these; `nil` for all.
    package var states: Set<RunState>?
    /// Begun then or later.
    package var since: Date?
    package var limit: Int
    /// How many of the newest to leave out.
    package var offset: Int

    package init(
        workflow: String? = nil, path: String? = nil, states: Set<RunState>? = nil, since: Date? = nil, limit: Int = 50,
        offset: Int = 0
    ) {
        self.workflow = workflow
        self.path = path
        self.states = states
        self.since = since
        self.limit = limit
        self.offset = offset
    }
}

extension RunSummary {
    /// - Parameter state: the state as an expression of SQL.
    static func columns(state: String) -> String {
        """
        runs.id, runs.workflow, \(state) AS state, runs.trigger, runs.started_at, runs.ended_at, runs.seconds,
        runs.error_code, runs.error_message, run_totals.items, run_totals.items_done, run_totals.items_failed,
        run_totals.calls, run_totals.prompt_tokens, run_totals.generated_tokens, run_totals.files,
        run_totals.items_reused
        """
    }

    init(_ row: Row) throws {
        id = try row.runID("id")
        workflow = row["workflow"]
        state = try row.state()
        trigger = row["trigger"]
        started = try row.time("started_at")
        ended = try row.timeIfAny("ended_at")
        seconds = row["seconds"]
        totals = RunTotals(
            items: row["items"], itemsDone: row["items_done"], itemsFailed: row["items_failed"], calls: row["calls"],
            promptTokens: row["prompt_tokens"], generatedTokens: row["generated_tokens"], files: row["files"],
            itemsReused: row["items_reused"])
        error = row.recordedError
    }
}

extension RunRecord {
    init(_ row: Row) throws {
        summary = try RunSummary(row)
        path = row["path"]
        workflowText = row["text"]
        workflowSHA256 = row["workflow_sha256"]
        inputs = row["inputs"]
        outputs = row["outputs"]
        options = row["options"]
        resumes = row["resumes"]
        source = try (row["source_run"] as String?).map { _ in try row.runID("source_run") }
        process = RunProcess(nightjarVersion: row["nightjar_version"], pid: row["pid"], host: row["host"])
    }
}
