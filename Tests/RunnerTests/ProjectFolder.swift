import Foundation
import History
import Inference
import Jinja
import OrderedCollections
import Synchronization
import Testing
import Workflow

@testable import Runner

/// A project in a folder of a test's own, gone after it, with its record beside it.
struct ProjectFolder {
    /// The project itself.
    let url: URL
    /// A folder beside the project, which no workflow may write to.
    let outside: URL
    let history: HistoryStore

    static func with(_ body: (ProjectFolder) async throws -> Void) async throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "nightjar-\(UUID().uuidString)")
        let url = base.appending(path: "project", directoryHint: .isDirectory)
        let outside = base.appending(path: "outside", directoryHint: .isDirectory)
        for folder in [url, outside] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        defer { try? FileManager.default.removeItem(at: base) }
        let history = try HistoryStore(path: base.appending(path: "history.sqlite").path)
        try await body(ProjectFolder(url: url, outside: outside, history: history))
        try history.close()
    }

    func write(_ text: String, to path: String) throws {
        try write(Data(text.utf8), to: path)
    }

    func write(_ data: Data, to path: String) throws {
        let file = url.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
    }

    func text(_ path: String) throws -> String {
        try String(contentsOf: url.appending(path: path), encoding: .utf8)
    }

    /// Every file and folder below the project, hidden ones too.
    var contents: [String] {
        (try? FileManager.default.subpathsOfDirectory(atPath: url.path).sorted()) ?? []
    }

    func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: url.appending(path: path).path, withDestinationPath: target)
    }

    func files(writeRoots: [URL] = []) -> ProjectFiles {
        ProjectFiles(project: Project(folder: url), writeRoots: writeRoots)
    }

    /// A run of a workflow, without `version`, that asks `script/owl` where it names no model.
    func prepare(
        _ yaml: String, engine: ScriptedEngine = ScriptedEngine(saying: "Good evening."),
        configuration: Configuration = Configuration(), model: String? = "script/owl", writeRoots: [URL] = [],
        report: @escaping @Sendable (RunEvent) -> Void = { _ in },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) throws -> WorkflowRun {
        let file = url.appending(path: "test.yaml")
        let definition = try WorkflowDefinition(
            SourceText(file: "test.yaml", text: "version: 1\n" + yaml), fallbackName: "test",
            library: WorkflowLibrary(for: file, in: Project(folder: url)))
        let setting = RunSetting(
            project: Project(folder: url), configuration: configuration, engines: [engine.name: engine],
            history: history, writeRoots: writeRoots, options: RunOptions(model: model),
            environment: ["GREETING": "hello", "PATH": "/usr/bin:/bin"],
            sleep: sleep, chance: { 0.5 }, version: "0.0.0", report: report)
        return WorkflowRun(definition, file: file, setting: setting)
    }

    func run(
        _ yaml: String, engine: ScriptedEngine = ScriptedEngine(saying: "Good evening."),
        configuration: Configuration = Configuration(), model: String? = "script/owl", writeRoots: [URL] = [],
        inputs: Mapping = [:], report: @escaping @Sendable (RunEvent) -> Void = { _ in },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) async throws -> RunOutcome {
        try await prepare(
            yaml, engine: engine, configuration: configuration, model: model, writeRoots: writeRoots, report: report,
            sleep: sleep
        ).execute(inputs: inputs)
    }

    /// What an expression gives after these steps.
    func value(of expression: String, after steps: String, engine: ScriptedEngine = ScriptedEngine(saying: ""))
        async throws -> Value?
    {
        let outcome = try await run("steps:\n\(steps)\noutputs:\n  value: ${{ \(expression) }}\n", engine: engine)
        #expect(outcome.state == .done, "\(outcome.error?.message ?? "")")
        return outcome.outputs["value"]
    }

    /// Why a workflow of these steps fails.
    func failure(of steps: String, writeRoots: [URL] = []) async throws -> RecordedError? {
        let outcome = try await run("steps:\n\(steps)\n", writeRoots: writeRoots)
        #expect(outcome.state == .failed)
        return outcome.error
    }

    func record(_ outcome: RunOutcome) async throws -> RunRecord {
        try await history.run(outcome.id)
    }
}

/// Keeps what is told from many tasks.
final class Collected<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func add(_ element: Element) { elements.withLock { $0.append(element) } }
}
