import Foundation
import Jinja
import Testing

/// The commands around runs: a first project, listings, the schema, the doctor.
@Suite struct ProjectTests {
    let fixture: CommandFixture

    init() throws {
        fixture = try CommandFixture()
    }

    @Test func `init makes a project whose workflow runs, and keeps what is there`() throws {
        let models = fixture.folder.appending(path: ".data/nightjar/models")
        try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: CommandFixture.model, toPath: models.appending(path: "fledgling.gguf").path)
        #expect(try fixture.run("init").status == 0)
        #expect(try fixture.run("check").status == 0)
        let run = try fixture.run("run", "status")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output == "out/status.md\n")
        #expect(try fixture.text(of: "out/status.md").contains("184"))

        try fixture.write("mine", to: "notes/monday.txt")
        #expect(try fixture.run("init").status == 0)
        #expect(try fixture.text(of: "notes/monday.txt") == "mine")
    }

    @Test func `list names the workflows and the ones with mistakes`() throws {
        try fixture.write(
            "version: 1\ndescription: Fine.\nsteps:\n  - id: a\n    set: { x: 1 }\n", to: "workflows/good.yaml")
        try fixture.write("version: 1\n", to: "workflows/bad.yaml")
        let listed = try fixture.run("list", "--json").json
        #expect(listed.list?.map { $0["name"] } == ["bad", "good"])
        #expect(listed.list?.map { $0["valid"] } == [false, true])
    }

    @Test func `the schema in the repository is the one that the program writes`() throws {
        let committed = try String(
            contentsOf: CommandFixture.repository.appending(path: "schema/workflow.schema.json"), encoding: .utf8)
        #expect(try fixture.run("schema").output == committed)
        let evaluation = try String(
            contentsOf: CommandFixture.repository.appending(path: "schema/evaluation.schema.json"), encoding: .utf8)
        #expect(try fixture.run("schema", "--evaluation").output == evaluation)
    }

    @Test func `models shows what is known without loading`() throws {
        let shown = try fixture.run("models", "show", CommandFixture.model, "--json").json
        #expect(shown["architecture"] == "llama")
        #expect(shown["chat_template"] == true)
        #expect((shown["context_length"]?.integer ?? 0) >= 512)
    }

    @Test func `doctor finds the engine and says what to do where there is no model`() throws {
        let outcome = try fixture.run("doctor", "--json")
        #expect(outcome.status == 1)
        let findings = try #require(try outcome.json["findings"]?.list)
        #expect(findings.first { $0["subject"] == "libllama" }?["verdict"] == "good")
        let models = findings.first { $0["subject"] == "models" }
        #expect(models?["verdict"] == "bad")
        #expect(models?["advice"]?.string?.contains(".gguf") == true)
    }

    @Test func `an unknown run, an unknown option and a broken configuration are each one sentence`() throws {
        try fixture.write("version: 1\nsteps:\n  - id: a\n    set: { x: 1 }\n", to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 0)
        let unknown = try fixture.run("runs", "show", "20200101-000000-aaaa")
        #expect(unknown.status == 65)
        #expect(unknown.errors.contains("20200101-000000-aaaa"))
        #expect(try fixture.run("run", "w.yaml", "--fast").status == 64)
        try fixture.write("default_modle: x\n", to: "nightjar.yaml")
        let broken = try fixture.run("run", "w.yaml")
        #expect(broken.status == 65)
        #expect(broken.errors.contains("nightjar.yaml:1:1: error: "))
        #expect(broken.errors.contains("did you mean `default_model`?"))
    }

    @Test func `a tilde is the folder that HOME names`() throws {
        try fixture.write("at home", to: "home/note.txt")
        try fixture.write(
            "version: 1\nsteps:\n  - { id: a, read: ~/note.txt }\noutputs: { text: \"${{ steps.a.text }}\" }\n",
            to: "w.yaml")
        let outcome = try fixture.start(
            ["run", "w.yaml", "-q"], environment: ["HOME": fixture.folder.appending(path: "home").path]
        ).finish()
        #expect(outcome.output == "at home\n", "\(outcome.errors)")
    }

    @Test func `an alias of the configuration names a model with its settings`() throws {
        try fixture.write(
            """
            default_model: clerk
            models:
              clerk: { model: \(CommandFixture.model), temperature: 0, system: You sort support tickets. }
            """, to: "nightjar.yaml")
        try fixture.write(
            "version: 1\nsteps:\n  - id: a\n    prompt: I was charged twice for Lantern.\noutputs:\n  text: ${{ steps.a.text }}\n",
            to: "w.yaml")
        let outcome = try fixture.run("run", "w.yaml")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("billing"))
        let call = try fixture.run("runs", "show", "latest", "--calls", "--json").json["calls"]?[0]
        #expect(call?["sampler"]?["temperature"]?.number == 0)
        #expect(call?["messages"]?[0]?["content"] == "You sort support tickets.")
    }
}
