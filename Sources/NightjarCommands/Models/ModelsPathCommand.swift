import ArgumentParser
import Inference

/// `nightjar models path`
struct ModelsPathCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "path", abstract: "Tell where the file of a model is.")

    @Argument(help: "A model's name.")
    var model: String

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let session = try Session.here(logging)
        let found = try await session.describe(model)
        await session.close()
        guard let path = found.path else {
            throw CommandFailure(.invalid, "\(found.reference) is on a server, which does not tell where its file is")
        }
        Console.print(path)
    }
}
