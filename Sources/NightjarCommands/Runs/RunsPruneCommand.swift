import ArgumentParser
import Foundation
import History
import Scheduler
import Workflow

/// `nightjar runs prune`: removes old runs from the record.
struct RunsPruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Remove old runs from the record, and give the disk what they took.",
        discussion: """
            A run goes if any of the rules says so; one that is at work stays. What `once` has done stays done: only \
            `--forget-once` forgets it.
            """)

    @Option(help: ArgumentHelp("Runs that began longer ago go, as in `30d`.", valueName: "AGE"))
    var olderThan: String?

    @Option(help: ArgumentHelp("Of each workflow so many runs stay, the newest.", valueName: "COUNT"))
    var keep: Int?

    @Option(
        help: ArgumentHelp(
            "The oldest runs go until the record takes no more than this, as in `500MB`.", valueName: "SIZE"))
    var maxSize: String?

    @Option(
        help: ArgumentHelp(
            "Items that `once` has done, and that no run has asked for in so long, are done again when they come.",
            valueName: "AGE"))
    var forgetOnce: String?

    @Flag(help: "Tell what would go, and remove nothing.")
    var dryRun = false

    func validate() throws {
        guard olderThan != nil || keep != nil || maxSize != nil || forgetOnce != nil else {
            throw ValidationError("say what may go: `--older-than`, `--keep`, `--max-size` or `--forget-once`")
        }
        for (option, age) in [("--older-than", olderThan), ("--forget-once", forgetOnce)] {
            if let age, Duration(written: age) == nil {
                throw ValidationError(
                    "`\(option)` takes a length of time up to 3650d in days, hours, minutes and seconds, as in `30d` or `12h`, not `\(age)`"
                )
            }
        }
        if let keep, keep < 0 { throw ValidationError("`--keep` takes a number of at least 0") }
        if let maxSize, ByteCount(maxSize) == nil {
            throw ValidationError("`--max-size` takes a size, as in `500MB` or `2GB`, not `\(maxSize)`")
        }
    }

    func run() async throws {
        if dryRun {
            try await RecordAccess.reading { history throws(HistoryError) in try await tell(history) }
        } else {
            try await RecordAccess.writing { history throws(HistoryError) in try await prune(history) }
        }
    }

    /// A twentieth of the file.
    private static let leastShare = 20

    private var rule: RetentionRule {
        RetentionRule(
            since: olderThan.flatMap(Self.moment), runsPerWorkflow: keep,
            bytes: maxSize.flatMap { ByteCount($0)?.bytes })
    }

    private static func moment(_ age: String) -> Date? {
        Duration(written: age).map { Date().addingTimeInterval(-$0.inSeconds) }
    }

    private func tell(_ history: HistoryStore) async throws(HistoryError) {
        let runs = try await history.runs(beyond: rule)
        var parts = ["\(Figures.count(runs.count, "run")) would go"]
        if let moment = forgetOnce.flatMap(Self.moment) {
            let count = try await history.onceItems(notUsedSince: moment)
            parts.append("\(Figures.count(count, "item")) would be forgotten")
        }
        if let maxSize {
            let size = try await history.size()
            parts.append(
                "the record uses \(Figures.bytes(size.used)), and then the oldest runs go until that is \(maxSize)")
        }
        Console.print(parts.joined(separator: "; "))
    }

    private func prune(_ history: HistoryStore) async throws(HistoryError) {
        let before = try await history.size()
        var removed = try await history.removeRuns(try await history.runs(beyond: rule))
        if let limit = rule.bytes { removed += try await shrink(history, to: limit) }
        var parts = ["\(Figures.count(removed, "run")) removed"]
        if let moment = forgetOnce.flatMap(Self.moment) {
            parts.append("\(Figures.count(try await history.forgetOnce(notUsedSince: moment), "item")) forgotten")
        }
        if let since = rule.since {
            let times = try await history.removeOccurrences(before: since)
            if times > 0 { parts.append("\(Figures.count(times, "time")) of schedules forgotten") }
        }
        try await history.removeOrphans()
        try await removeLogs(history)
        let between = try await history.size()
        // To copy a large file for little keeps others waiting for nothing.
        let isWorthwhile = (between.file - between.used) * Self.leastShare > between.file
        if !isWorthwhile {
            parts.append("the record takes \(Figures.bytes(between.file))")
        } else if try await history.vacuum() {
            let after = try await history.size()
            parts.append("the record takes \(Figures.bytes(after.file)), before \(Figures.bytes(before.file))")
        } else {
            parts.append("others are at work with it, so the file keeps its size; prune again when they are done")
        }
        Console.print(parts.joined(separator: "; "))
        let left = try await history.size()
        if let limit = rule.bytes, left.used > limit {
            let kept = Figures.bytes(left.keptWithoutRuns)
            Console.note(
                "the record still uses \(Figures.bytes(left.used)): the cache and what was done once take \(kept), which `nightjar cache clear` and `--forget-once` free"
            )
        }
    }

    /// Removes what the processes of runs wrote that are gone.
    private func removeLogs(_ history: HistoryStore) async throws(HistoryError) {
        let logs = RunLogs(state: Places().state)
        let open = try await history.openOccurrences().compactMap(\.run)
        let kept = Set(try await history.runIDs(RunFilter()) + open)
        logs.remove(logs.runs().filter { !kept.contains($0) })
    }

    /// Removes the oldest runs until the rest fits, as far as runs are what takes the room.
    private func shrink(_ history: HistoryStore, to limit: Int) async throws(HistoryError) -> Int {
        var removed = 0
        while true {
            let size = try await history.size()
            let excess = size.used - limit
            // Where it is not the runs that are too much, all of them would go for nothing.
            guard excess > 0, size.keptWithoutRuns < limit else { return removed }
            // Half of what would do if all were of one size: the rest shows in the next look.
            let each = max(1, (size.used - size.keptWithoutRuns) / max(1, size.runs))
            let count = try await history.removeRuns(try await history.oldestRuns(max(1, excess / each / 2)))
            // What is left is at work, or no run.
            guard count > 0 else { return removed }
            removed += count
        }
    }
}
