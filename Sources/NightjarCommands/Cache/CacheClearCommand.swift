import ArgumentParser
import History

/// `nightjar cache clear`: forgets what is cached.
struct CacheClearCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear", abstract: "Forget the cached answers, all or those of one model.")

    @Option(help: ArgumentHelp("Only answers of this model.", valueName: "ENGINE/NAME"))
    var model: String?

    func run() async throws {
        let model = model
        let count = try await RecordAccess.writing { history throws(HistoryError) in
            try await history.clearCache(model: model)
        }
        Console.print("\(Figures.count(count, "answer")) forgotten")
    }
}
