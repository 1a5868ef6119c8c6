import ArgumentParser
import Foundation
import Inference
import Jinja
import OrderedCollections
import Runner
import Workflow

/// `nightjar models`: the models that can be asked.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "List the models that can be asked, show one, fetch, remove and pin them.",
        subcommands: [
            ModelsListCommand.self, ModelsShowCommand.self, ModelsPathCommand.self, ModelsPullCommand.self,
            ModelsRemoveCommand.self, ModelsImportCommand.self, ModelsPinCommand.self,
        ],
        defaultSubcommand: ModelsListCommand.self)
}

/// `nightjar models list`
struct ModelsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the models that are here and on the servers of the configuration.",
        aliases: ["ls"])

    @Flag(help: "Write the list as JSON.")
    var json = false

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let session = try Session.here(logging)
        let (models, failures) = await session.allModels()
        await session.close()
        for failure in failures { Console.note(failure.message) }
        if json {
            Console.print(Value.list(models.map(\.value)).json(.pretty(indent: 2)))
        } else if models.isEmpty {
            Console.note(
                "no models are here: put a .gguf file into \(session.places.models.path), or fetch one with `nightjar models pull hf:ORG/REPO`"
            )
        } else {
            Console.print(table(of: models).text)
        }
    }

    private func table(of models: [ModelDescription]) -> Listing {
        Listing(
            columns: [
                .init(title: "MODEL"), .init(title: "ARCHITECTURE"), .init(title: "QUANTIZATION"),
                .init(title: "PARAMETERS", isRightAligned: true), .init(title: "CONTEXT", isRightAligned: true),
                .init(title: "SIZE", isRightAligned: true), .init(title: "STORE"),
            ],
            rows: models.map { model in
                [
                    model.reference, model.architecture ?? "", model.quantization ?? "",
                    model.parameters.map(Figures.amount) ?? "", model.contextLength.map(String.init) ?? "",
                    model.bytes.map(Figures.bytes) ?? "", model.store ?? "",
                ]
            })
    }
}

/// `nightjar models show`
struct ModelsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what is known of a model, without loading it.")

    @Argument(help: "ENGINE/NAME, or a path to a .gguf.")
    var model: String

    @Flag(help: "Write it as JSON.")
    var json = false

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let session = try Session.here(logging)
        let found = try await session.describe(model)
        await session.close()
        if json {
            Console.print(found.value.json(.pretty(indent: 2)))
            return
        }
        for (name, value) in found.value.mapping ?? [:] where !value.isNull {
            let label = name.replacing("_", with: " ")
            Console.print(label + String(repeating: " ", count: max(1, 16 - label.count)) + Self.text(value))
        }
    }

    private static func text(_ value: Value) -> String {
        value.list.map { $0.compactMap(\.string).joined(separator: ", ") } ?? value.string ?? value.json(.compact)
    }
}

extension Session {
    /// The parts for the folder that one stands in.
    static func here(_ logging: LoggingOptions) throws -> Session {
        let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        return try Session(project: Project(around: here), logging: logging)
    }

    /// The models of all engines, and why some could not tell theirs.
    func allModels() async -> (models: [ModelDescription], failures: [EngineError]) {
        var all: [ModelDescription] = []
        var failures: [EngineError] = []
        for engine in engines.values.sorted(by: { $0.name < $1.name }) {
            do throws(EngineError) {
                all += try await engine.models()
            } catch {
                failures.append(error)
            }
        }
        return (all, failures)
    }

    /// What is known of a model that the command line names. A bare name is a local model's, for short.
    func describe(_ argument: String) async throws -> ModelDescription {
        let name = ModelArgument.absolute(argument)
        let isReference =
            name.contains("/") || name.hasSuffix(".gguf")
            || configuration.models.contains { $0.key == name }
        do throws(EngineError) {
            let choice = try ModelChoice(
                isReference ? name : "local/\(name)", configuration: configuration, engines: engines)
            return try await choice.engine.describe(choice.name)
        } catch {
            throw CommandFailure(error.exitStatus, error.message)
        }
    }
}

extension ModelDescription {
    var value: Value {
        [
            "model": .string(reference),
            "other_names": .list(otherNames.map { .string($0) }),
            "architecture": architecture.map { .string($0) } ?? .null,
            "parameters": parameters.map { .integer($0) } ?? .null,
            "quantization": quantization.map { .string($0) } ?? .null,
            "context_length": contextLength.map { .integer($0) } ?? .null,
            "bytes": bytes.map { .integer($0) } ?? .null,
            "digest": digest.map { .string($0) } ?? .null,
            "chat_template": .boolean(hasChatTemplate),
            "capabilities": .list(capabilities.map(\.rawValue).sorted().map { .string($0) }),
            "store": store.map { .string($0) } ?? .null,
            "path": path.map { .string($0) } ?? .null,
            "remote_host": remoteHost.map { .string($0) } ?? .null,
        ]
    }
}

extension Figures {
    /// `4.1 M`, `12 B`: parameters as people say them.
    static func amount(_ number: Int) -> String {
        switch number {
        case ..<1_000_000: "\(number)"
        case ..<1_000_000_000: "\(rate(Double(number) / 1e6)) M"
        default: "\(rate(Double(number) / 1e9)) B"
        }
    }
}
