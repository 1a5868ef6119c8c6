import ArgumentParser
import Foundation
import Inference
import Jinja
import Runner
import Workflow

/// `nightjar models import`
struct ModelsImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Turn a Modelfile of Ollama's into an alias.",
        discussion: """
            The alias is written to standard output, to be put under `models` in the configuration. A TEMPLATE goes into a \
            file of its own, NAME.tmpl in this folder.
            """)

    @Argument(help: "The Modelfile.", completion: .file())
    var file: String

    @Option(help: "The alias's name; else that of the file's folder.")
    var name: String?

    func run() throws {
        guard let data = FileManager.default.contents(atPath: file), let text = String(validating: data, as: UTF8.self)
        else { throw CommandFailure(.invalid, "\(file) cannot be read, or is no UTF-8 text") }
        let modelfile: Modelfile
        do throws(Modelfile.Mistake) {
            modelfile = try Modelfile(text)
        } catch {
            throw CommandFailure(.invalid, "\(file):\(error.line): error: \(error.message)")
        }
        let folder = URL(filePath: file).standardizedFileURL.deletingLastPathComponent()
        let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        let name = name ?? folder.lastPathComponent
        let template = here.appending(path: "\(name).tmpl")
        let alias = ImportedAlias(
            modelfile, name: name, template: template, folder: folder, project: Project(around: here).folder)
        for note in alias.notes { Console.note(note) }
        if let text = modelfile.template { try write(text, to: template) }
        Console.print(alias.text)
        Console.note("put this into \(Configuration.fileName), under `models`")
    }

    private func write(_ template: String, to file: URL) throws {
        do {
            try Data(template.utf8).write(to: file, options: .withoutOverwriting)
        } catch CocoaError.fileWriteFileExists {
            throw CommandFailure(
                .invalid, "\(file.path) is there already: move it away, or choose another name with --name")
        } catch {
            throw CommandFailure(.failed, "\(file.path) cannot be written: \(error.localizedDescription)")
        }
        Console.note("wrote \(file.path)")
    }
}

/// What a Modelfile is as an alias.
struct ImportedAlias {
    /// The alias as it stands in the configuration.
    private(set) var text = ""
    /// What has no counterpart.
    private(set) var notes: [String] = []
    /// Where the Modelfile lies, whose paths begin there.
    private let folder: URL
    /// Where those of the configuration begin.
    private let project: URL

    /// By Ollama's names for them.
    private static let settings = [
        "temperature": "temperature", "top_k": "top_k", "top_p": "top_p", "min_p": "min_p",
        "repeat_penalty": "repeat_penalty", "num_ctx": "context", "num_predict": "max_tokens",
    ]

    /// - Parameters:
    ///   - template: Where the Modelfile's template is to lie.
    ///   - folder: Where the Modelfile lies, whose paths begin there.
    ///   - project: Where those of the configuration begin.
    init(_ modelfile: Modelfile, name: String, template: URL, folder: URL, project: URL) {
        self.folder = folder
        self.project = project
        var lines = ["models:", "  \(Self.quoted(name)):"]
        lines.append("    model: \(Self.quoted(model(modelfile.from)))")
        var system = modelfile.system
        for message in modelfile.messages where message.role == "system" {
            system = [system, message.content].compactMap(\.self).joined(separator: "\n\n")
        }
        if let system { lines.append("    system: \(Self.quoted(system))") }
        var stops: [String] = []
        for parameter in modelfile.parameters {
            if parameter.name == "stop" {
                stops.append(parameter.value)
            } else if let key = Self.settings[parameter.name], let number = Double(parameter.value) {
                // Ollama writes -1 for an answer without an end.
                if number >= 0 { lines.append("    \(key): \(parameter.value)") }
            } else {
                notes.append("left out: `PARAMETER \(parameter.name)` has no counterpart in an alias")
            }
        }
        if !stops.isEmpty { lines.append("    stop: [\(stops.map(Self.quoted).joined(separator: ", "))]") }
        if modelfile.template != nil { lines.append("    chat_template: \(Self.quoted(path(template.path)))") }
        if !modelfile.adapters.isEmpty {
            lines.append("    lora:")
            for adapter in modelfile.adapters { lines.append("      - path: \(Self.quoted(path(adapter)))") }
        }
        let turns = modelfile.messages.filter { $0.role != "system" }
        let pairs = zip(turns, turns.dropFirst()).filter { $0.role == "user" && $1.role == "assistant" }
        if !pairs.isEmpty {
            lines.append("    examples:")
            for (user, assistant) in pairs {
                lines.append("      - user: \(Self.quoted(user.content))")
                lines.append("        assistant: \(Self.quoted(assistant.content))")
            }
        }
        if pairs.count * 2 < turns.count {
            notes.append("left out: a `MESSAGE` that is not one of a user with the answer behind it")
        }
        text = lines.joined(separator: "\n")
    }

    /// Paths stay paths; names are those of local models.
    private func model(_ from: String) -> String {
        if case .file = try? ModelReference(from) { return path(from) }
        return "local/\(from)"
    }

    /// A path of the Modelfile as the configuration needs it: absolute, or from the project's folder where it lies there.
    private func path(_ text: String) -> String {
        guard !text.hasPrefix("~/") else { return text }
        let path = URL(filePath: text, relativeTo: folder).standardizedFileURL.path
        let own = project.standardizedFileURL.path
        return path.hasPrefix("\(own)/") ? "./\(path.dropFirst(own.count + 1))" : path
    }

    /// JSON's strings are YAML's too.
    private static func quoted(_ text: String) -> String { Value.string(text).json(.compact) }
}
