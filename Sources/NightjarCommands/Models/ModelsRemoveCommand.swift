import ArgumentParser
import Foundation
import Inference
import ModelPull
import Runner
import Workflow

/// `nightjar models rm`
struct ModelsRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove models that Nightjar has fetched.",
        discussion: "Only what lies in Nightjar's own store is removed; what other programs have fetched is theirs.")

    @Argument(help: "The models' names.")
    var models: [String]

    func run() throws {
        let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        let places = Places()
        let catalog = ModelCatalog(project: Project(around: here), places: places)
        for name in models {
            let short = name.hasPrefix("local/") ? String(name.dropFirst("local/".count)) : name
            do throws(EngineError) {
                try remove(try catalog.find(short), places)
            } catch {
                throw CommandFailure(error.exitStatus, error.message)
            }
        }
    }

    private func remove(_ model: StoredModel, _ places: Places) throws(EngineError) {
        guard model.store == "nightjar" else {
            throw EngineError(
                .invalidRequest,
                "\(model.name) is not Nightjar's: it lies at \(model.path) (\(model.store)); remove it there.")
        }
        do {
            let registry = OllamaStore(places.pulledFromOllama.path)
            if registry.holds(model) {
                try registry.remove(model)
            } else {
                try removeFiles(of: model, in: places.models.path)
            }
        } catch {
            throw EngineError(.invalidRequest, "\(model.name) cannot be removed: \(error.localizedDescription).")
        }
        Console.note("removed   \(model.name)")
    }

    /// All that is there of it: parts may be missing, and fetches of others may have been cut off.
    private func removeFiles(of model: StoredModel, in store: String) throws {
        let metadata = try? GGUFMetadata.read(model.path)
        let parts = metadata.flatMap { try? SplitModel.parts(model.path, $0) } ?? [model.path]
        for file in parts.flatMap({ [$0] + PartialFile.paths(of: $0) }) { try removeIfPresent(file) }
        guard let projector = model.layers.projector else { return }
        let others = PublisherFolder(store, label: model.store).models()
        if !others.contains(where: { $0.layers.projector == projector }) { try removeIfPresent(projector) }
    }

    private func removeIfPresent(_ path: String) throws {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch CocoaError.fileNoSuchFile {
            // Nothing to do.
        }
    }
}
