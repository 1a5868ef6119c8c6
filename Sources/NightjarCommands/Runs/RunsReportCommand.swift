import ArgumentParser
import Foundation
import History

/// `nightjar runs report`: a run as a web page.
struct RunsReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write a run as one web page, to keep or to mail.",
        discussion: """
            The page needs no network and runs no scripts. Prompts and answers are in it as they were. Items that failed are \
            there, up to 2,000, and of the others as many as `--items` says.
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
            try write(report.page, to: path)
        } catch {
            let folder = URL(filePath: path).deletingLastPathComponent().path
            let reason =
                FileManager.default.fileExists(atPath: folder)
                ? error.localizedDescription : "there is no folder \(folder)"
            throw CommandFailure(.failed, "the report cannot be written to \(path): \(reason)")
        }
        Console.print(path)
    }

    /// A file is written whole, where a link leads; into devices and pipes it is written as it comes.
    private func write(_ page: String, to path: String) throws {
        let file = URL(filePath: path).resolvingSymlinksInPath()
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        let data = Data(page.utf8)
        guard let type = attributes?[.type] as? FileAttributeType, type != .typeRegular else {
            try data.write(to: file, options: .atomic)
            if let mode = attributes?[.posixPermissions] {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
            }
            return
        }
        let handle = try FileHandle(forWritingTo: file)
        try handle.write(contentsOf: data)
        try handle.close()
    }
}
