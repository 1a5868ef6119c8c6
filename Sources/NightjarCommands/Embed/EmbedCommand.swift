import ArgumentParser
import Foundation
import Inference
import Jinja
import Runner
import Workflow

/// `nightjar embed`: texts from the shell as vectors.
struct EmbedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed", abstract: "Turn texts into vectors.",
        discussion: """
            Each text gives a line with a JSON list of numbers, a vector of length 1. Without a text, or with `-`, each line of \
            standard input is one. With `--like`, the texts themselves are written, the most alike first, behind how \
            alike they are, from -1 to 1.
            """)

    @Argument(help: "The texts.")
    var texts: [String] = []

    @Option(name: .shortAndLong, help: "An alias from the configuration, ENGINE/NAME, or a path to a .gguf.")
    var model: String?

    @Option(help: "Order the texts by how alike they are to this one.")
    var like: String?

    @OptionGroup var logging: LoggingOptions

    /// Calls of this many texts keep memory small, and can be interrupted.
    private static let group = 256

    func run() async throws {
        let session = try Session.here(logging)
        do {
            try await embed(session)
            await session.close()
        } catch let error as EngineError {
            await session.close()
            throw CommandFailure(error.exitStatus, error.message)
        } catch {
            await session.close()
            throw error
        }
    }

    private func embed(_ session: Session) async throws {
        let choice = try session.choice(orDefault: model)
        let all = try given()
        guard !all.isEmpty else {
            throw CommandFailure(.usage, "there is nothing to embed: give texts, or pipe lines in")
        }
        var wanted: [Double]?
        if let like { wanted = try await choice.engine.embed([like], model: choice.name).vectors.first }
        var alike: [(text: String, similarity: Double)] = []
        var waiting = all[...]
        while !waiting.isEmpty {
            let texts = Array(waiting.prefix(Self.group))
            waiting = waiting.dropFirst(texts.count)
            let vectors = try await choice.engine.embed(texts, model: choice.name).vectors
            if let wanted {
                alike += zip(texts, vectors).map { ($0, zip($1, wanted).reduce(0) { $0 + $1.0 * $1.1 }) }
            } else {
                for vector in vectors { Console.print(Value.list(vector.map { .number($0) }).json(.compact)) }
            }
        }
        for (text, similarity) in alike.sorted(by: { $0.similarity > $1.similarity }) {
            Console.print(String(format: "%.4f", similarity) + "  " + text)
        }
    }

    private func given() throws -> [String] {
        guard texts.isEmpty || texts == ["-"] else { return texts }
        return try WholeFile.text("-").split(whereSeparator: \.isNewline).map(String.init).filter {
            !$0.allSatisfy(\.isWhitespace)
        }
    }
}
