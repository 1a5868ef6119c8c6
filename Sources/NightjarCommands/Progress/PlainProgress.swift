import History
import Runner
import Synchronization

/// Progress as plain lines, for logs and pipes.
final class PlainProgress: RunObserver {
    /// Of many items so many shares get a line.
    private static let sharesOfItems = 10

    private struct Counted {
        var total = 0
        var finished = 0
        var failed = 0
    }

    private let counts = Mutex<[String: Counted]>([:])

    func observe(_ event: RunEvent) {
        if let line = line(for: event) { Console.note(line.printable) }
    }

    func finish() {}

    private func line(for event: RunEvent) -> String? {
        switch event {
        case .runStarted(let id, let workflow, _): return "\(workflow): run \(id)"
        case .runResumed(let id, let workflow): return "\(workflow): goes on with run \(id)"
        case .stepChanged(let step, let reason): return "\(step.path): is done again, since \(reason)"
        case .itemsCounted(let step, let count):
            counts.withLock {
                $0[step.path] = Counted(
                    total: count.total, finished: count.kept + count.reused + count.failed, failed: count.failed)
            }
            return "\(step.path): \(Figures.count(count.total, "item"))\(count.remark)"
        case .itemFinished(let step, let index, let outcome): return itemLine(step, index, outcome)
        // Steps inside items are told by their items.
        case .stepFinished(let step, _, _) where step.path.contains("["): return nil
        case .stepFinished(let step, let outcome, let seconds): return stepLine(step, outcome, seconds)
        case .stepRetried(let step, let attempt, let message, let delay):
            return "\(step.path): attempt \(attempt) in \(Figures.duration(delay)), after: \(message)"
        case .fileWritten(let step, let path, let bytes):
            return "\(step.path): wrote \(path), \(Figures.bytes(bytes))"
        case .modelWaiting(let step, let reason): return "\(step.path): \(reason)"
        case .modelPassedOver(let step, let model, let reason):
            return "\(step.path): \(model) is passed over: \(reason)"
        case .modelLoading(let step, let model, let progress):
            return progress == 0 ? "\(step.path): loading \(model)" : nil
        case .runFinished(let outcome): return RunSummaryLine(outcome).text
        case .stepStarted, .modelText, .modelEvaluating, .callFinished, .callReused: return nil
        }
    }

    private func itemLine(_ step: StepEvent, _ index: Int, _ outcome: StepOutcome) -> String? {
        let counted = counts.withLock { counts in
            counts[step.path, default: Counted()].finished += 1
            if case .failed = outcome { counts[step.path, default: Counted()].failed += 1 }
            return counts[step.path, default: Counted()]
        }
        if case .failed(let message) = outcome { return "\(step.path)[\(index)]: failed: \(message)" }
        let share = max(1, counted.total / Self.sharesOfItems)
        guard counted.finished % share == 0 || counted.finished == counted.total else { return nil }
        let failed = counted.failed > 0 ? ", \(counted.failed) failed" : ""
        return "\(step.path): \(counted.finished) of \(counted.total)\(failed)"
    }

    private func stepLine(_ step: StepEvent, _ outcome: StepOutcome, _ seconds: Double) -> String {
        if case .failed(let message) = outcome { return "\(step.path): failed: \(message)" }
        if outcome == .reused { return "\(step.path): done before" }
        return "\(step.path): \(outcome.word), \(Figures.duration(seconds))"
    }
}

/// How a run ended, on a line.
struct RunSummaryLine {
    let text: String

    init(_ outcome: RunOutcome) {
        var parts = [outcome.state.rawValue, Figures.duration(outcome.seconds)]
        let work = outcome.work
        if work.itemsFailed > 0 {
            let all = work.itemsDone + work.itemsReused + work.itemsFailed
            parts.append("\(work.itemsFailed) of \(all) items failed")
        }
        if work.itemsReused > 0 { parts.append("\(Figures.count(work.itemsReused, "item")) done before") }
        if work.stepsFailed > 0 { parts.append(Figures.count(work.stepsFailed, "step") + " failed") }
        if work.calls > 0 {
            parts.append(Figures.count(work.calls, "model call"))
            parts.append("\(work.promptTokens) prompt and \(work.generatedTokens) answer tokens")
        }
        if !work.files.isEmpty { parts.append(Figures.count(work.files.count, "file") + " written") }
        text = "\(outcome.workflow): \(parts.joined(separator: ", "))"
    }
}

extension ItemsCount {
    /// What of the items need not be done.
    fileprivate var remark: String {
        var parts: [String] = []
        if kept > 0 { parts.append("\(kept) done before") }
        if reused > 0 { parts.append("\(reused) done by an earlier run") }
        if failed > 0 { parts.append("\(failed) failed before") }
        return parts.isEmpty ? "" : ", " + parts.joined(separator: ", ")
    }
}
