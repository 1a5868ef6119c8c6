import ArgumentParser
import Foundation
import Inference
import Workflow

/// `nightjar init`: a first project.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a first workflow, its input, a configuration and the editor's schema.",
        discussion: "Nothing that is there is changed.")

    @Argument(help: "The folder of the project; this one if not given.", completion: .directory)
    var folder = "."

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let folder = URL(
            filePath: self.folder, directoryHint: .isDirectory,
            relativeTo: URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory))
        let session = try Session(project: Project(folder: folder), logging: logging)
        let own = await session.allModels().models.first?.reference
        await session.close()
        let servers = own == nil ? await Discovery(session.configuration).servers() : []
        let starter = StarterProject(model: own, servers: servers)
        for file in starter.files {
            let place = folder.appending(path: file.path)
            guard !FileManager.default.fileExists(atPath: place.path) else {
                Console.note("kept   \(file.path)")
                continue
            }
            do {
                try FileManager.default.createDirectory(
                    at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.text.utf8).write(to: place, options: .withoutOverwriting)
            } catch {
                throw CommandFailure(.failed, "\(place.path) cannot be written: \(error.localizedDescription)")
            }
            Console.note("wrote  \(file.path)")
        }
        if starter.usedModel == nil {
            Console.note("there is no model yet: put a .gguf file into `models`, and name it in nightjar.yaml")
        }
        Console.note("next:  nightjar run status")
    }
}
