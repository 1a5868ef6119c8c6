import ArgumentParser
import Foundation
import History
import Jinja

/// `nightjar cache show`: how much there is, by model.
struct CacheShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show how many answers are cached, of which models.")

    @Flag(help: "Write it as JSON.")
    var json = false

    func run() async throws {
        let summary = try await RecordAccess.reading { history throws(HistoryError) in
            try await history.cacheSummary()
        }
        if json {
            let models = summary.models.map { model -> Value in
                [
                    "model": .string(model.model), "answers": .integer(model.answers), "bytes": .integer(model.bytes),
                    "uses": .integer(model.uses),
                    "last_used": .string(model.lastUsed.formatted(.iso8601)),
                ]
            }
            let value: Value = [
                "answers": .integer(summary.answers), "bytes": .integer(summary.bytes), "models": .list(models),
            ]
            Console.print(value.json(.pretty(indent: 2)))
        } else if summary.models.isEmpty {
            Console.note("nothing is cached; `cache: true` in a prompt or in the configuration does that")
        } else {
            Console.print(
                Listing(
                    columns: [
                        .init(title: "MODEL"), .init(title: "ANSWERS", isRightAligned: true),
                        .init(title: "SIZE", isRightAligned: true), .init(title: "USES", isRightAligned: true),
                        .init(title: "LAST USED"),
                    ],
                    rows: summary.models.map { model in
                        [
                            model.model, "\(model.answers)", Figures.bytes(model.bytes), "\(model.uses)",
                            Figures.moment(model.lastUsed),
                        ]
                    }
                ).text)
        }
    }
}
