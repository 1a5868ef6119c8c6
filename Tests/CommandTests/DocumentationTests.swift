import Foundation
import PythonSupport
import Testing

/// The examples in the documentation are right.
@Suite struct DocumentationTests {
    /// Every code block of YAML that is a whole workflow; those that are files of a transcript are tried there.
    private static func workflows() throws -> [(page: String, text: String)] {
        let root = CommandFixture.repository
        var found: [(String, String)] = []
        for page in ["README.md"] + (try pages()) {
            let text = try String(contentsOf: root.appending(path: page), encoding: .utf8)
            for block in text.matches(of: /(<!-- file: .*\n)?```yaml\n((?s).*?)```/)
            where block.output.1 == nil && block.output.2.hasPrefix("version: 1") {
                found.append((page, String(block.output.2)))
            }
        }
        return found
    }

    /// The pages of `docs/`.
    private static func pages() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: CommandFixture.repository.appending(path: "docs").path)
            .filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
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

    @Test func `every transcript shows what the program prints`() throws {
        let root = CommandFixture.repository
        let pages = ["README.md"] + (try Self.pages())
        guard
            let outcome = try Python.run(
                root.appending(path: "Tools/documentation/transcripts.py"),
                [CommandFixture.program.path] + pages.map { root.appending(path: $0).path })
        else {
            print("skipped: python3 is not installed")
            return
        }
        #expect(outcome.status == 0, "\(String(decoding: outcome.output, as: UTF8.self))")
    }

    @Test func `every link to a file of the repository leads somewhere`() throws {
        let root = CommandFixture.repository
        for page in ["README.md", "CHANGELOG.md"] + (try Self.pages()) {
            let file = root.appending(path: page)
            let text = try String(contentsOf: file, encoding: .utf8)
            for link in text.matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
                let target = URL(filePath: String(link.output.1), relativeTo: file.deletingLastPathComponent())
                #expect(FileManager.default.fileExists(atPath: target.path), "\(page): \(link.output.1)")
            }
        }
    }
}
