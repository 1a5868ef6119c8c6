import Foundation
import Jinja
import Testing

/// Files that are no models, and prompts that do not fit.
@Suite struct DamagedModelTests {
    let fixture: CommandFixture

    init() throws {
        fixture = try CommandFixture()
    }

    private func ask(_ model: String, _ more: String...) throws -> CommandFixture.Outcome {
        try fixture.start(["prompt", "--model", model, "hello"] + more).finish()
    }

    /// One sentence on standard error, nothing on standard output, an exit code of its own rather than a signal's.
    private func expectRefusal(_ outcome: CommandFixture.Outcome, mentions words: String...) {
        #expect(outcome.status != 0 && outcome.status < 128)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    }

    @Test func `a model cut in half is refused with both sizes`() throws {
        let whole = try Data(contentsOf: URL(filePath: CommandFixture.model))
        try whole.prefix(whole.count / 2).write(to: fixture.folder.appending(path: "half.gguf"))
        expectRefusal(
            try ask("./half.gguf"), mentions: "half.gguf", "\(whole.count / 2)", "\(whole.count)")
    }

    @Test func `an empty file, a text file and a missing file are each told as what they are`() throws {
        try fixture.write("", to: "empty.gguf")
        try fixture.write("I am only a text.", to: "text.gguf")
        expectRefusal(try ask("./empty.gguf"), mentions: "empty.gguf", "empty")
        expectRefusal(try ask("./text.gguf"), mentions: "text.gguf", "GGUF")
        expectRefusal(try ask("./missing.gguf"), mentions: "missing.gguf", "no file")
    }

    @Test func `a prompt longer than the context is refused with both lengths`() throws {
        let long = String(repeating: "many words ", count: 40)
        expectRefusal(
            try ask(CommandFixture.model, "--context", "32", long), mentions: "context of 32", "shorten the prompt")
    }

    #if os(Linux)
        @Test func `a model that does not fit under a memory limit is refused with the numbers`() throws {
            // A gigabyte of zeros behind the model, of which the disk holds nothing.
            let large = fixture.folder.appending(path: "large.gguf")
            try FileManager.default.copyItem(atPath: CommandFixture.model, toPath: large.path)
            let handle = try FileHandle(forWritingTo: large)
            try handle.truncate(atOffset: 1 << 30)
            try handle.close()
            let started = try fixture.start(["prompt", "--model", "./large.gguf", "hello"], limit: "-v 1000000")
            expectRefusal(try started.finish(), mentions: "1.1 GB", "MB are free", "`context`")
        }

        @Test func `with hardly any memory nothing hangs`() throws {
            let started = try fixture.start(
                ["prompt", "--model", CommandFixture.model, "--max-tokens", "2", "hello"], limit: "-v 400000")
            let outcome = try started.finish()
            #expect(outcome.status < 128, "\(outcome.errors)")
        }
    #endif

    @Test func `a model that is not there is told with what is near`() throws {
        try FileManager.default.createDirectory(
            at: fixture.folder.appending(path: "models"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: CommandFixture.model, toPath: fixture.folder.appending(path: "models/fledgling.gguf").path)
        try fixture.write("version: 1\nsteps: []\n", to: "workflows/x.yaml")
        expectRefusal(try ask("local/fledglin"), mentions: "fledgling")
        expectRefusal(try ask("locl/fledgling"), mentions: "did you mean `local`?")
    }

    @Test func `a failed call is kept in the record with its reason`() throws {
        try fixture.write("I am only a text.", to: "text.gguf")
        try fixture.write(
            "version: 1\nsteps:\n  - id: a\n    model: ./text.gguf\n    prompt: hello\n", to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 1)
        let calls = try fixture.run("runs", "show", "latest", "--calls", "--json").json["calls"]
        #expect(calls?[0]?["state"] == "failed")
        #expect(calls?[0]?["error"]?["code"] == "model_damaged")
    }
}
