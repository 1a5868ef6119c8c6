import ArgumentParser
import Foundation
import History

/// `nightjar runs report`: a run as a web page.
struct RunsReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write a run as one web page, to keep or to mail.",
        discussion: """
            The page needs no network and runs no scripts. Prompts and answers are in it as they were. All failed items \
            are there, and of the others as many as `--items` says.
            """)

    @Argument(help: "The run's id, the beginning or the last four characters of one, or `latest`.")
    var run = "latest"

    @Option(
        name: .shortAndLong,
        help: "The file to write, or `-` for standard output; `report-RUN.html` in this folder if not given.")
    var output: String?

    @Option(help: "How many items that have not failed are shown.")
    var items = 200

    func validate() throws {
        guard items >= 0 else { throw ValidationError("`--items` takes a number from 0 on") }
        guard output?.isEmpty != true else { throw ValidationError("`--output` is empty: name a file, or `-`") }
    }

    func run() async throws {
        let reference = run
        let most = items
        let report = try await RecordAccess.reading { history throws(HistoryError) in
            try await RunReport(of: try await history.run(reference), items: most, history)
        }
        guard output != "-" else {
            Console.printRaw(report.page)
            return
        }
        let path = output ?? "report-\(report.run.id.text).html"
        do {
            try Data(report.page.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw CommandFailure(.failed, "the report cannot be written to \(path): \(error.localizedDescription)")
        }
        Console.print(path)
    }
}
