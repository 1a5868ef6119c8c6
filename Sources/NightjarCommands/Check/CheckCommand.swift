import ArgumentParser
import Foundation
import Jinja
import OrderedCollections
import Runner
import Workflow

/// `nightjar check`: tells every mistake of workflows, and runs nothing.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tell every mistake in workflows, and run nothing.",
        discussion:
            "Without arguments, checks every workflow and every evaluation of the project. The exit code is 65 when there is a mistake."
    )

    @Argument(help: "Workflow files, or names in the folder `workflows`.", completion: .file())
    var workflows: [String] = []

    @Flag(help: "Write the mistakes as JSON.")
    var json = false

    @Flag(help: "Write the steps of one workflow as a graph, for Mermaid.")
    var graph = false

    func validate() throws {
        if graph, workflows.count != 1 || json {
            throw ValidationError("`--graph` takes one workflow, and no `--json`")
        }
    }

    func run() throws {
        if graph {
            Console.print(StepGraph(try LoadedWorkflow(workflows[0]).definition).mermaid)
            return
        }
        let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        let names =
            workflows.isEmpty
            ? Project.Shelf.allCases.flatMap { Project(around: here).workflowFiles(on: $0) }.map(\.path) : workflows
        guard !names.isEmpty else {
            throw CommandFailure(.usage, "there is no workflow to check: name one, or go to a folder with `workflows`")
        }
        var found: [Diagnostic] = try diagnostics(ofConfigurationAround: here)
        for name in names { found += try diagnostics(of: name, from: here) }
        let errors = found.filter { $0.severity == .error }
        if json {
            Console.print(Value.mapping(["diagnostics": .list(found.map(\.value))]).json(.pretty(indent: 2)))
        } else {
            for diagnostic in found { Console.note(diagnostic.text) }
            let verdict = errors.isEmpty ? "no mistakes" : Figures.count(errors.count, "mistake")
            Console.note("\(Figures.count(names.count, "workflow")) checked: \(verdict)")
        }
        if !errors.isEmpty { throw ExitStatus.invalid }
    }

    private func diagnostics(ofConfigurationAround folder: URL) throws -> [Diagnostic] {
        let file = Project(around: folder).folder.appending(path: Configuration.fileName)
        guard FileManager.default.fileExists(atPath: file.path) else { return [] }
        do {
            _ = try Configuration(try WorkflowFile.read(file, shownAs: LoadedWorkflow.shown(file, from: folder)))
            return []
        } catch let diagnostics as Diagnostics {
            return diagnostics.all
        } catch let failure as WorkflowFile.Failure {
            throw CommandFailure(.invalid, failure.description)
        }
    }

    private func diagnostics(of name: String, from folder: URL) throws -> [Diagnostic] {
        do {
            let file = try WorkflowFile.find(name, from: folder)
            let definition = try WorkflowDefinition(file: file, shownAs: LoadedWorkflow.shown(file, from: folder))
            return definition.warnings + definition.laterMistakes
        } catch let diagnostics as Diagnostics {
            return diagnostics.all
        } catch let failure as WorkflowFile.Failure {
            let source = SourceText(file: name, text: "")
            return [Diagnostic(in: source, at: .start, message: failure.description)]
        }
    }
}

extension Diagnostic {
    fileprivate var value: Value {
        [
            "file": .string(file), "line": .integer(place.line), "column": .integer(place.column),
            "severity": .string(severity.rawValue), "message": .string(message),
            "suggestion": suggestion.map { .string($0) } ?? .null,
        ]
    }
}
