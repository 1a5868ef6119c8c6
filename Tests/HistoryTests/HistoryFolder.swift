import Foundation
import GRDB
import History

/// A folder of a test's own, gone after it, with what the tests write again and again.
struct HistoryFolder {
    let url: URL

    var database: String { url.appendingPathComponent("state/history.sqlite").path }

    static func with(_ body: (HistoryFolder) async throws -> Void) async throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("nightjar-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        try await body(HistoryFolder(url: url))
    }

    /// A connection beside the store's, as a person with `sqlite3` would have.
    func sql<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try DatabaseQueue(path: database).write(body)
    }

    func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}

/// 2026-11-24 02:07:45 UTC, and seconds after it.
func moment(_ seconds: Double = 0) -> Date {
    Date(timeIntervalSince1970: 1_795_486_065 + seconds)
}

func newRun(_ suffix: String = "k3f9", workflow: String = "inbox-triage", at seconds: Double = 0) throws -> NewRun {
    let time = RunID(at: moment(seconds), random: 0).text.dropLast(4)
    guard let id = RunID(time + suffix) else { throw CocoaError(.formatting) }
    return NewRun(
        id: id, workflow: workflow, path: "workflows/\(workflow).yaml",
        texts: RunTexts(workflow: DigestedText(text: "name: \(workflow)", sha256: "sha of \(workflow)")),
        inputs: #"{"inbox":"mail"}"#, trigger: "shell",
        process: RunProcess(nightjarVersion: "0.1.0", pid: 42, host: "owl"), started: moment(seconds))
}

extension HistoryStore {
    /// An item whose turn begins, in a loop of which nothing else is known.
    func beginItem(
        step: StepRowID, index: Int, key: String? = nil, label: String? = nil, at date: Date
    ) async throws -> ItemRowID {
        let rows = try await planItems([PlannedItem(index: index, key: key, label: label)], step: step, at: date)
        guard let row = rows.first else { throw CocoaError(.formatting) }
        try await beginItem(row, at: date)
        return row
    }

    /// A file that is written.
    func recordFile(
        step: StepRowID, path: String, bytes: Int, sha256: String, mode: FileMode, at date: Date
    ) async throws {
        let file = NewFile(path: path, mode: mode, bytes: bytes, sha256: sha256)
        try await endFile(try await beginFile(file, step: step, at: date), at: date)
    }
}

let greeting = NewCall(
    engine: "local", model: "local/fledgling", messages: #"[{"role":"user","content":"Hello"}]"#,
    sampler: #"{"temperature":0}"#, maxTokens: 64)

let answer = CallResult(
    response: "Good evening.", renderedPrompt: "<|im_start|>user\nHello<|im_end|>\n", digest: "sha256:abc",
    seed: 4_294_967_295, promptTokens: 12, generatedTokens: 4,
    seconds: CallSeconds(wait: 0.1, load: 0.2, prompt: 0.3, generation: 0.5), finishReason: "stop")
