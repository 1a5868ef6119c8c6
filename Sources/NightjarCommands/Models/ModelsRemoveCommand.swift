import ArgumentParser
import Foundation
import Inference
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
                let metadata = try? GGUFMetadata.read(model.path)
                let parts = try metadata.map { try SplitModel.parts(model.path, $0) } ?? [model.path]
                for part in parts { try FileManager.default.removeItem(atPath: part) }
            }
        } catch {
            throw EngineError(.invalidRequest, "\(model.name) cannot be removed: \(error.localizedDescription).")
        }
        Console.note("removed   \(model.name)")
    }
}
