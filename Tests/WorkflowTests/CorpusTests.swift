import Foundation
import Jinja
import PythonSupport
import Testing

@testable import Workflow

/// The broken workflows of `Corpus/`, each with what must be said of it.
@Suite struct CorpusTests {
    @Test func thereAreManyBrokenWorkflows() {
        #expect(BrokenWorkflow.all.count >= 80)
    }

    @Test(arguments: BrokenWorkflow.all)
    func everyMistakeIsToldAtItsPlace(broken: BrokenWorkflow) {
        let found = broken.mistakes.filter { $0.severity == .error }
        #expect(
            found.map(\.place) == broken.expected.map(\.place), "\(found.map(\.headline))")
        for (diagnostic, expected) in zip(found, broken.expected) {
            #expect(diagnostic.headline.contains(expected.text), "\(diagnostic.headline)")
        }
    }

    @Test func aFileCutAnywhereNeverEndsTheChecker() throws {
        var generator = SystemRandomNumberGenerator()
        for broken in BrokenWorkflow.all {
            let bytes = Array(broken.source.text.utf8)
            for _ in 0..<10 {
                let end = Int.random(in: 0...bytes.count, using: &generator)
                let source = SourceText(file: broken.name, text: String(decoding: bytes[..<end], as: UTF8.self))
                for diagnostic in mistakes(in: source) {
                    #expect(diagnostic.place.line >= 1 && diagnostic.place.column >= 1)
                    #expect(!diagnostic.text.isEmpty)
                }
            }
        }
    }

    /// What editors say: every shipped workflow is right, every structurally broken one is not.
    @Test func theEditorsSchemaJudgesAsTheCheckerDoes() throws {
        let repository = BrokenWorkflow.folder.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let shipped = Project(folder: repository).workflowFiles()
        let files = shipped + BrokenWorkflow.all.map { BrokenWorkflow.folder.appending(path: $0.name) }
        guard
            let outcome = try Python.run(
                BrokenWorkflow.folder.appending(path: "check_schema.py"),
                [repository.appending(path: "schema/workflow.schema.json").path] + files.map(\.path)),
            outcome.status != Python.moduleIsMissing
        else {
            print("skipped: python3 with jsonschema and yaml is not installed")
            return
        }
        #expect(outcome.status == 0)
        let verdicts = try Value(json: outcome.output)
        for file in shipped { #expect(verdicts[file.lastPathComponent] == true, "\(file.lastPathComponent)") }
        for broken in BrokenWorkflow.all where broken.isRefusedBySchema {
            #expect(verdicts[broken.name] == false, "\(broken.name)")
        }
    }

    @Test func theEditorsSchemaOfEvaluationsTakesTheShippedOnesAndNoWorkflow() throws {
        let repository = BrokenWorkflow.folder.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let shipped = Project(folder: repository).workflowFiles(on: .evaluations)
        let workflow = repository.appending(path: "workflows/summarise.yaml")
        guard
            let outcome = try Python.run(
                BrokenWorkflow.folder.appending(path: "check_schema.py"),
                [repository.appending(path: "schema/evaluation.schema.json").path]
                    + (shipped + [workflow]).map(\.path)), outcome.status != Python.moduleIsMissing
        else {
            print("skipped: python3 with jsonschema and yaml is not installed")
            return
        }
        let verdicts = try Value(json: outcome.output)
        #expect(!shipped.isEmpty)
        for file in shipped { #expect(verdicts[file.lastPathComponent] == true, "\(file.lastPathComponent)") }
        #expect(verdicts["summarise.yaml"] == false)
    }
}

/// A file of the corpus: its first lines tell what must be said of it.
struct BrokenWorkflow: Sendable, CustomTestStringConvertible {
    struct Expected: Sendable {
        var place: Place
        var text: String
    }

    let name: String
    let source: SourceText
    let expected: [Expected]
    let isRefusedBySchema: Bool

    var testDescription: String { name }

    /// All that is said of it, as a file of its own project.
    var mistakes: [Diagnostic] {
        let library = WorkflowLibrary(for: Self.folder.appending(path: name), in: Project(folder: Self.folder))
        do throws(Diagnostics) {
            return try WorkflowDefinition(source, fallbackName: name, library: library).warnings
        } catch {
            return error.all
        }
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    static let all: [BrokenWorkflow] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().compactMap { try? BrokenWorkflow(name: $0) }
    }()

    init(name: String) throws {
        self.name = name
        source = try WorkflowFile.read(Self.folder.appending(path: name), shownAs: name)
        expected = source.text.matches(of: /# expect (\d+):(\d+) (.*)/).compactMap { match in
            guard let line = Int(match.output.1), let column = Int(match.output.2) else { return nil }
            return Expected(place: Place(line: line, column: column), text: String(match.output.3))
        }
        isRefusedBySchema = source.text.contains("# schema: refuses")
    }
}
