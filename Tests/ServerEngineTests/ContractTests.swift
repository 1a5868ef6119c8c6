import Inference
import PythonSupport
import Testing

/// The same promises, kept by every engine.
@Suite(.serialized, .timeLimit(.minutes(10)), .enabled(if: Python.has("llama_cpp"), "llama_cpp is not installed"))
struct ContractTests {
    @Test func everyEngineKeepsEveryPromise() async throws {
        let reference = ContractEngine.local()
        var engines = [reference, try .ollama(), try .studio()]
        for product in ["llama-cpp-python", "llama-server"] {
            if let engine = try ContractEngine.real(product) { engines.append(engine) }
        }
        var rows: [[String]] = []
        for promise in ContractCase.all {
            var row = [promise.name]
            for engine in engines {
                do {
                    try await promise.check(engine, reference)
                    row.append("✓")
                } catch {
                    row.append("✗")
                    Issue.record("\(promise.name), \(engine.name): \(error)")
                }
            }
            rows.append(row)
        }
        print(table([["promise"] + engines.map(\.name)] + rows))
        for engine in engines { await engine.engine.shutdown() }
    }

    private func table(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
