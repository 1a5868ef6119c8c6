import Testing

@testable import ModelPull

/// Which files of a repository are fetched.
struct HubChoiceTests {
    private static func choice(
        _ paths: [String], tag: String? = nil, memory: Int? = nil, size: Int = 1_000
    ) throws(PullFailure) -> HubChoice {
        try HubChoice(
            paths.map { ModelHub.File(path: $0, size: size) }, repository: "owl/nest", tag: tag, memory: memory)
    }

    @Test func `an importance matrix is no model`() throws {
        let files = ["nest-Q8_0.gguf", "imatrix.gguf", "nest-imatrix.gguf", "imatrix_unsloth.gguf"]
        #expect(try Self.choice(files).files.map(\.path) == ["nest-Q8_0.gguf"])
        // Made with one.
        #expect(try Self.choice(["nest-imatrix-Q4_K_M.gguf"]).files.count == 1)
    }

    @Test func `the parts of a split model are those of its folder and its number`() throws {
        let files = [
            "Q8/nest-Q8_0-00002-of-00002.gguf", "Q8/nest-Q8_0-00001-of-00002.gguf",
            "old/nest-Q8_0-00001-of-00003.gguf", "old/nest-Q8_0-00002-of-00003.gguf",
            "Q8/nest-Q8_0-00001-of-00004.gguf",
        ]
        let choice = try Self.choice(files, tag: "Q8_0")
        #expect(
            choice.files.map(\.path) == ["Q8/nest-Q8_0-00001-of-00002.gguf", "Q8/nest-Q8_0-00002-of-00002.gguf"])
    }

    @Test func `a model of which parts are missing is not offered`() {
        #expect(throws: PullFailure.self) { try Self.choice(["nest-Q8_0-00001-of-00002.gguf"]) }
    }
}
