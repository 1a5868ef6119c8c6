import ArgumentParser
import Foundation
import History
import Jinja
import OrderedCollections

/// `nightjar runs show`: everything that is recorded of a run.
struct RunsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a run with its steps, or its model calls.")

    @Argument(help: "The run's id, the beginning or the last four characters of one, or `latest`.")
    var run = "latest"

    @Flag(help: "Show every prompt and answer.")
    var calls = false

    @Flag(help: "Write it as JSON.")
    var json = false

    func run() async throws {
        let reference = run
        let wantsCalls = calls
        let found = try await RecordAccess.reading { history throws(HistoryError) in
            let run = try await history.run(reference)
            return try await RunDetails(of: run, history, withItems: !wantsCalls, withCalls: wantsCalls)
        }
        if json {
            Console.print((calls ? found.callsValue : found.value).json(.pretty(indent: 2)))
        } else {
            Console.print(calls ? found.callsText : found.text)
        }
    }
}
