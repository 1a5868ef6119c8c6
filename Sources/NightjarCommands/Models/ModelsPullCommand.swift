import ArgumentParser
import Foundation
import Inference
import LlamaEngine
import ModelPull
import Runner
import Workflow

/// `nightjar models pull`
struct ModelsPullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Fetch a model from Hugging Face or from Ollama's registry.",
        discussion: """
            hf:ORG/REPO takes the usual quantization that fits this machine, hf:ORG/REPO:Q4_K_M or hf:ORG/REPO:FILE.gguf the \
            one that is named, ollama:MODEL:TAG a model of Ollama's. What was cut off goes on where it was.
            """)

    @Argument(help: "hf:ORG/REPO[:QUANTIZATION], or ollama:MODEL[:TAG].")
    var models: [String]

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let session = try Session.here(logging)
        let settings = try settings(session)
        let task = Task {
            for model in models {
                let line = PullLine()
                try await ModelPull(settings) { line.show($0) }.pull(model)
            }
        }
        let signals = Interruption { task.cancel() }
        defer { signals.stop() }
        do {
            try await task.value
            await session.close()
        } catch let failure as PullFailure {
            await session.close()
            throw CommandFailure(failure.exitStatus, failure.message.printable)
        } catch let error as EngineError {
            await session.close()
            throw CommandFailure(error.exitStatus, error.message)
        } catch is CancellationError {
            await session.close()
            Console.note("stopped; `nightjar models pull` goes on from here")
            throw ExitStatus.interrupted
        }
    }

    private func settings(_ session: Session) throws -> ModelPull.Settings {
        let declared = session.configuration.downloads
        let environment = ProcessInfo.processInfo.environment
        let endpoint = environment["HF_ENDPOINT"].flatMap { $0.isEmpty ? nil : $0 }
        func token(_ key: String, _ name: String?) throws -> String? {
            try name.map { try secret($0, of: key, session.configuration) }
        }
        return ModelPull.Settings(
            hub: declared?.hub ?? endpoint, hubToken: try token("token", declared?.token),
            registry: declared?.registry, registryToken: try token("registry_token", declared?.registryToken),
            folder: session.places.models.path, registryFolder: session.places.pulledFromOllama.path,
            memory: AvailableMemory.current())
    }

    private func secret(_ name: String, of key: String, _ configuration: Configuration) throws -> String {
        guard let source = configuration.secrets.first(where: { $0.key == name })?.value else {
            throw CommandFailure(
                .invalid,
                "`\(key)` of `downloads` names the secret `\(name)`, which the configuration has not under `secrets`"
            )
        }
        do throws(Secret.Failure) {
            return try Secret(name, source).value()
        } catch {
            throw CommandFailure(.invalid, error.message)
        }
    }
}

extension PullFailure {
    fileprivate var exitStatus: ExitStatus {
        switch code {
        case .notFound, .badName, .unauthorized: .invalid
        case .unreachable: .unavailable
        case .busy: .busy
        case .damaged, .noRoom, .unwritable: .failed
        }
    }
}
