import Foundation
import History
import Jinja
import Runner
import Workflow

/// The run with whose results `run --from STEP` begins: the last one of the workflow that has them all.
struct SourceRun: Sendable {
    let start: HeadStart
    let record: RunRecord

    /// How many runs are looked at.
    private static let mostRuns = 50

    /// - Throws: ``CommandFailure`` where the step does not exist, or no run has what comes before it.
    init(of loaded: LoadedWorkflow, from id: String, _ history: HistoryStore) async throws {
        let steps = loaded.definition.steps
        guard steps.contains(where: { $0.id == id }) else {
            let near = nearest(id, among: steps.map(\.id)).map { "; did you mean `\($0)`?" } ?? ""
            throw CommandFailure(.usage, "the workflow has no step `\(id)` outside of other steps\(near)")
        }
        let wanted = Self.steps(before: id, in: steps)
        do {
            let runs = try await history.runs(RunFilter(path: loaded.file.path, limit: Self.mostRuns))
            var missing: String?
            for run in runs where run.state != .running {
                let found = try await Self.finished(in: run.id, history)
                if let absent = wanted.first(where: { found[$0] == nil }) {
                    missing = missing ?? "`\(absent)` did not finish in the last one, \(run.id)"
                    continue
                }
                record = try await history.run(run.id.text)
                start = HeadStart(run: run.id, steps: wanted.compactMap { found[$0] ?? nil })
                return
            }
            throw CommandFailure(
                .invalid,
                "no run of this workflow has all that comes before `\(id)`: \(missing ?? "there is none yet"); run it without `--from`"
            )
        } catch let error as HistoryError {
            throw CommandFailure(error)
        }
    }

    /// The steps that neither are the named one nor wait for it, directly or through others.
    private static func steps(before id: String, in steps: [Step]) -> [String] {
        var after: Set<String> = [id]
        var count = 0
        while count != after.count {
            count = after.count
            for step in steps where step.needs.contains(where: after.contains) { after.insert(step.id) }
        }
        return steps.map(\.id).filter { !after.contains($0) }
    }

    /// The steps that have ended well, with their rows; skipped ones have nothing to be taken.
    private static func finished(
        in run: RunID, _ history: HistoryStore
    ) async throws(HistoryError) -> [String: StepRowID?] {
        var found: [String: StepRowID?] = [:]
        for step in try await history.allSteps(of: run, scope: .outsideItems) where step.path == step.stepID {
            switch step.state {
            case .done, .reused: found[step.stepID] = .some(step.row)
            case .skipped: found[step.stepID] = .some(nil)
            case .failed, .running, .interrupted: found[step.stepID] = nil
            }
        }
        return found
    }
}
