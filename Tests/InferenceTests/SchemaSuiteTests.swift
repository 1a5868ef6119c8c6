import Foundation
import Inference
import Jinja
import Testing

/// The JSON-Schema-Test-Suite, draft 2020-12, where it lies beside the project.
@Suite struct SchemaSuiteTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/data/json-schema-test-suite/tests/draft2020-12")

    /// They need schemas from elsewhere, the draft's own meta-schema among them.
    private static func isRemote(_ schema: Value) -> Bool {
        let text = schema.json(.compact)
        return text.contains("localhost:1234")
            || text.contains("\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"")
    }

    @Test func `the required tests without remote references are passed`() throws {
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path)) ?? []).sorted()
            .filter { $0.hasSuffix(".json") && $0 != "refRemote.json" }
        guard !files.isEmpty else {
            print("skipped: the JSON-Schema-Test-Suite is not here")
            return
        }
        var (passed, all) = (0, 0)
        var missed: [String] = []
        for file in files {
            let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
            for group in try Value(json: text).list ?? [] {
                guard let definition = group["schema"], !Self.isRemote(definition) else { continue }
                let schema = try? JSONSchema(definition)
                for test in group["tests"]?.list ?? [] {
                    guard let data = test["data"], let isValid = test["valid"]?.boolean else { continue }
                    all += 1
                    if let schema, schema.violations(of: data).isEmpty == isValid {
                        passed += 1
                    } else {
                        missed.append(
                            "\(file): \(group["description"]?.string ?? ""): \(test["description"]?.string ?? "")")
                    }
                }
            }
        }
        print("JSON-Schema-Test-Suite: \(passed) of \(all)")
        for name in missed { print("  not passed: \(name)") }
        #expect(all > 1000)
        #expect(Double(passed) >= 0.98 * Double(all))
    }
}
