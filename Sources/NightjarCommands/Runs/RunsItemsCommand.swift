import ArgumentParser
import Foundation
import History
import Jinja
import OrderedCollections

/// `nightjar runs items`: the items of a run's loops.
struct RunsItemsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "items", abstract: "Show the items of a run, and how far each is.",
        discussion: """
            An item is pending, running, done, failed, reused (an earlier run has done it), interrupted, or skipped (the \
            list does not have it any more).
            """)

    @Argument(help: "The run's id, the beginning or the last four characters of one, or `latest`.")
    var run = "latest"

    @Option(help: "Only items in this state.")
    var state: ItemState?

    @Flag(help: "Write the items as JSON.")
    var json = false

    func run() async throws {
        let reference = run
        let (items, steps) = try await RecordAccess.reading { history throws(HistoryError) in
            let run = try await history.run(reference)
            return (try await history.allItems(of: run.id), try await history.allSteps(of: run.id))
        }
        let paths = Dictionary(steps.map { ($0.row, $0.path) }, uniquingKeysWith: { first, _ in first })
        let order = Dictionary(
            steps.enumerated().map { ($1.row, $0) }, uniquingKeysWith: { first, _ in first })
        let wanted = items.filter { state == nil || $0.state == state }
            .sorted { (order[$0.step] ?? 0, $0.index) < (order[$1.step] ?? 0, $1.index) }
        if json {
            let values = wanted.map { item -> Value in
                guard case .mapping(var fields) = item.value else { return item.value }
                fields["step"] = .string(paths[item.step] ?? "")
                return .mapping(fields)
            }
            Console.print(Value.list(values).json(.pretty(indent: 2)))
            return
        }
        guard !items.isEmpty else {
            Console.note("the run has no items")
            return
        }
        if !wanted.isEmpty { Console.print(Self.table(wanted, paths).text) }
        Console.note(Self.summary(items))
    }

    private static func table(_ items: [ItemRecord], _ paths: [StepRowID: String]) -> Listing {
        let hasKeys = items.contains { $0.key != nil && $0.key != $0.label }
        return Listing(
            columns: [
                .init(title: "STEP"), .init(title: "#", isRightAligned: true), .init(title: "STATE"),
                .init(title: "TIME", isRightAligned: true), .init(title: "ITEM"),
            ] + (hasKeys ? [.init(title: "KEY")] : []) + [.init(title: "ERROR")],
            rows: items.map { item in
                let isTimed = item.state != .pending && item.state != .reused
                return [
                    paths[item.step] ?? "", "\(item.index)", item.state.rawValue,
                    isTimed ? item.seconds.map(Figures.duration) ?? "" : "", (item.label ?? "").clipped(to: 60),
                ] + (hasKeys ? [(item.key ?? "").clipped(to: 16)] : []) + [item.error?.message.clipped(to: 80) ?? ""]
            })
    }

    private static func summary(_ items: [ItemRecord]) -> String {
        let counts = Dictionary(grouping: items, by: \.state)
        let parts = ItemState.allCases.compactMap { state in counts[state].map { "\($0.count) \(state.rawValue)" } }
        return "\(Figures.count(items.count, "item")): " + parts.joined(separator: ", ")
    }
}

extension ItemState: ExpressibleByArgument {}
