import Foundation
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
        var random = SeededNumbers(seed: UInt64(text.utf8.count))
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
        var random = SeededNumbers(seed: 7)
        for _ in 0..<200 {
            var characters = Array(text.unicodeScalars)
            let place = Int.random(in: characters.indices, using: &random)
            characters[place] = "{}[]:-\"'\n\t|>&*%#$ x".unicodeScalars.randomElement(using: &random) ?? "x"
            for mistake in mistakes(in: String(String.UnicodeScalarView(characters))) { #expect(!mistake.text.isEmpty) }
        }
    }
}

/// The same numbers every time: SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
