import Foundation
import SeededRandom
import Testing

@testable import Workflow

@Suite struct ShippedWorkflowTests {
    static let files = Project(
        folder: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    ).workflowFiles()

    @Test func thereAreShippedWorkflows() {
        #expect(Self.files.count >= 3)
    }

    @Test(arguments: files)
    func aShippedWorkflowIsValid(file: URL) throws {
        let source = try WorkflowFile.read(file, shownAs: file.lastPathComponent)
        #expect(mistakes(in: source).map(\.text) == [])
        let definition = try WorkflowDefinition(source, fallbackName: "")
        #expect(definition.name == file.deletingPathExtension().lastPathComponent)
        #expect(definition.explanation != nil)
    }

    /// What an editor has saved half-way is told of, and never a crash.
    @Test(arguments: files)
    func aWorkflowCutAnywhereIsReadOrRefused(file: URL) throws {
        let text = try WorkflowFile.read(file, shownAs: "test.yaml").text
        var random = SplitMix64(seed: UInt64(text.utf8.count))
        for _ in 0..<200 {
            let cut = String(text.unicodeScalars.prefix(.random(in: 0..<text.unicodeScalars.count, using: &random)))
            for mistake in mistakes(in: cut) {
                #expect((1...cut.count + 1).contains(mistake.place.line))
                #expect(!mistake.text.isEmpty)
            }
        }
    }

    @Test(arguments: files)
    func aWorkflowWithAnyCharacterChangedIsReadOrRefused(file: URL) throws {
        let text = try WorkflowFile.read(file, shownAs: "test.yaml").text
        var random = SplitMix64(seed: 7)
        for _ in 0..<200 {
            var characters = Array(text.unicodeScalars)
            let place = Int.random(in: characters.indices, using: &random)
            characters[place] = "{}[]:-\"'\n\t|>&*%#$ x".unicodeScalars.randomElement(using: &random) ?? "x"
            for mistake in mistakes(in: String(String.UnicodeScalarView(characters))) { #expect(!mistake.text.isEmpty) }
        }
    }
}
