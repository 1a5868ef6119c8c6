import ArgumentParser
import Foundation
import Jinja
import Workflow

/// `nightjar list`: the workflows of the project.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the workflows of the project.", aliases: ["ls"])

    @Flag(help: "Write the list as JSON.")
    var json = false

    func run() throws {
        let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        let project = Project(around: here)
        let entries = project.workflowFiles().map { Entry($0, from: here) }
        if json {
            Console.print(Value.list(entries.map(\.value)).json(.pretty(indent: 2)))
            return
        }
        guard !entries.isEmpty else {
            Console.note("there are no workflows in \(project.workflows.path); `nightjar init` makes one")
            return
        }
        Console.print(
            Listing(
                columns: [.init(title: "NAME"), .init(title: "INPUTS"), .init(title: "DESCRIPTION")],
                rows: entries.map { [$0.name, $0.inputs, $0.explanation] }
            ).text)
    }

    /// A workflow as the list shows it.
    private struct Entry {
        var name: String
        var file: String
        var inputs = ""
        var explanation = ""
        var isValid = true

        init(_ url: URL, from folder: URL) {
            name = url.deletingPathExtension().lastPathComponent
            file = LoadedWorkflow.shown(url, from: folder)
            do {
                let definition = try WorkflowDefinition(file: url, shownAs: file)
                inputs = definition.inputs.map { $0.value.isRequired ? "\($0.key)*" : $0.key }.joined(separator: " ")
                explanation = definition.explanation ?? ""
            } catch {
                isValid = false
                explanation = "has mistakes: see `nightjar check \(name)`"
            }
        }

        var value: Value {
            [
                "name": .string(name), "file": .string(file), "valid": .boolean(isValid),
                "description": .string(explanation),
                "inputs": .list(inputs.split(separator: " ").map { .string(String($0)) }),
            ]
        }
    }
}
