import Foundation
import Testing

/// The examples in the documentation are right.
@Suite struct DocumentationTests {
    /// Every code block of YAML that is a whole workflow.
    private static func workflows() throws -> [(page: String, text: String)] {
        let root = CommandFixture.repository
        let docs = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "docs").path)
            .filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
        var found: [(String, String)] = []
        for page in ["README.md"] + docs.sorted() {
            let text = try String(contentsOf: root.appending(path: page), encoding: .utf8)
            for block in text.matches(of: /```yaml\n((?s).*?)```/) where block.output.1.hasPrefix("version: 1") {
                found.append((page, String(block.output.1)))
            }
        }
        return found
    }

    @Test func `every whole workflow in the documentation passes check`() throws {
        let fixture = try CommandFixture()
        let workflows = try Self.workflows()
        #expect(!workflows.isEmpty)
        for (page, text) in workflows {
            try fixture.write(text, to: "example.yaml")
            let outcome = try fixture.run("check", "example.yaml")
            #expect(outcome.status == 0, "\(page): \(outcome.errors)")
        }
    }

    @Test func `every link to a file of the repository leads somewhere`() throws {
        let root = CommandFixture.repository
        let docs = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "docs").path)
            .filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
        for page in ["README.md", "CHANGELOG.md"] + docs {
            let file = root.appending(path: page)
            let text = try String(contentsOf: file, encoding: .utf8)
            for link in text.matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
                let target = URL(filePath: String(link.output.1), relativeTo: file.deletingLastPathComponent())
                #expect(FileManager.default.fileExists(atPath: target.path), "\(page): \(link.output.1)")
            }
        }
    }
}
