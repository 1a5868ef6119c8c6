package import Foundation
internal import GRDB

/// One attempt at a step, as recorded.
package struct StepRecord: Sendable, Hashable {
    package let row: StepRowID
    package let run: RunID
    /// The item of a `foreach` that it is part of.
    package let item: ItemRowID?
    /// Its id in the workflow.
    package let stepID: String
    package let kind: String
    package let name: String?
    /// Where it stands in the run, such as `triage[3].label`.
    package let path: String
    package let attempt: Int
    package let state: StepState
    package let started: Date
    package let ended: Date?
    package let seconds: Double?
    /// JSON.
    package let output: String?
    package let error: RecordedError?
    /// Of what the file says of the step.
    package let definitionDigest: String?
    /// Of the values that its expressions use.
    package let inputDigest: String?
    /// What failed inside and was let pass.
    package let failures: InnerFailures
}

/// Which steps of a run a listing has.
package enum StepScope: Sendable, Hashable {
    /// Those in items of a `foreach` too.
    case all
    /// Those that are in no item.
    case outsideItems
    /// Those of one item.
    case item(ItemRowID)
}

extension HistoryStore {
    /// Steps of a run in the order in which they began, at most `limit` of those behind the row `after`.
    package func steps(
        of run: RunID, scope: StepScope = .all, after: StepRowID? = nil, limit: Int = 1_000
    ) async throws(HistoryError) -> [StepRecord] {
        try await read { db in
            let condition: String
            var arguments: StatementArguments = [run.text, after?.rawValue ?? 0]
            switch scope {
            case .all: condition = ""
            case .outsideItems: condition = "AND item_id IS NULL"
            case .item(let item):
                condition = "AND item_id = ?"
                arguments += [item.rawValue]
            }
            return try db.rows(
                "SELECT * FROM steps WHERE run_id = ? AND id > ? \(condition) ORDER BY id LIMIT ?",
                arguments + [max(0, limit)]
            ).map(StepRecord.init)
        }
    }
}

extension StepRecord {
    init(_ row: Row) throws {
        self.row = StepRowID(rawValue: row["id"])
        run = try row.runID("run_id")
        item = (row["item_id"] as Int64?).map(ItemRowID.init)
        stepID = row["step"]
        kind = row["kind"]
        name = row["name"]
        path = row["path"]
        attempt = row["attempt"]
        state = try row.state()
        started = try row.time("started_at")
        ended = try row.timeIfAny("ended_at")
        seconds = row["seconds"]
        output = row["output"]
        error = row.recordedError
        definitionDigest = row["definition_digest"]
        inputDigest = row["input_digest"]
        failures = row.innerFailures
    }
}
