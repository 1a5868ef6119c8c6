import Foundation
import Jinja
import Testing

/// The main job, driven from outside: the shipped workflow, the real engine, the real model, the real record.
@Suite struct RunCommandTests {
    let fixture: CommandFixture

    init() throws {
        fixture = try CommandFixture()
    }

    private func triage(_ more: String...) throws -> CommandFixture.Outcome {
        let arguments =
            [
                "run", "workflows/inbox-triage.yaml", "-i", "out=\(fixture.folder.path)/out", "--allow-write",
                fixture.folder.path,
            ]
            + more
        return try fixture.start(arguments, in: CommandFixture.repository).finish()
    }

    @Test func `the shipped triage writes a row for every ticket, and ends with its outputs on standard output`() throws
    {
        let outcome = try triage()
        #expect(outcome.status == 0, "\(outcome.errors)")
        let tickets = try FileManager.default.contentsOfDirectory(
            atPath: CommandFixture.repository.appending(path: "examples/inbox").path
        ).filter { $0.hasSuffix(".txt") }
        let rows = try fixture.text(of: "out/triage.csv").split(separator: "\n")
        #expect(rows.first == "ticket,category,urgency,product")
        #expect(rows.count == tickets.count + 1)
        #expect(try fixture.text(of: "out/digest.md").contains("\(tickets.count) tickets"))
        #expect(outcome.lines.first == "count: \(tickets.count)")
    }

    @Test func `the last line of --json is the finished run, and the record has the same`() throws {
        let outcome = try triage("--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.isEmpty)
        let run = try outcome.lastEvent
        #expect(run["type"] == "run.finished")
        #expect(run["state"] == "done")
        #expect((run["seconds"]?.number ?? 0) > 0)
        let id = try #require(run["id"]?.string)
        let count = try #require(run["outputs"]?["count"]?.integer)
        let prompted = try #require(run["tokens"]?["prompt"]?.integer)
        let generated = try #require(run["tokens"]?["generated"]?.integer)
        #expect(prompted > 0 && generated > 0)

        let listed = try fixture.run("runs", "--json").json
        #expect(listed[0]?["id"]?.string == id)
        #expect(listed[0]?["tokens"]?["generated"]?.integer == generated)
        #expect((listed[0]?["seconds"]?.number ?? 0) > 0)

        let shown = try fixture.run("runs", "show", id).output
        for step in ["tickets", "triage", "triage[0].label", "table", "digest"] { #expect(shown.contains(step)) }

        let calls = try #require(try fixture.run("runs", "show", id, "--calls", "--json").json["calls"]?.list)
        #expect(calls.count == count)
        for call in calls {
            #expect(call["prompt"]?.string?.contains("<|im_start|>user") == true)
            #expect(call["response"]?.string?.isEmpty == false)
            #expect(call["digest"]?.string?.hasPrefix("sha256:") == true)
            #expect(call["finish_reason"] == "stop")
        }
        #expect(calls.reduce(0) { $0 + ($1["tokens"]?["prompt"]?.integer ?? 0) } == prompted)
    }

    @Test func `text piped through a workflow comes out alone on standard output`() throws {
        let workflow = CommandFixture.repository.appending(path: "workflows/summarise.yaml").path
        let outcome = try fixture.run("run", workflow, "-i", "text=-", input: "- orders: 184\n- region: North")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.lines.count == 1)
        #expect(outcome.output.contains("184"))
        #expect(!outcome.output.contains("\u{1B}") && !outcome.errors.contains("\u{1B}"))
    }

    @Test(arguments: ["nightly-status": "page", "sales-report": "report"])
    func `every other shipped workflow over files writes its page`(workflow: String, page: String) throws {
        let place = fixture.folder.appending(path: "page.md").path
        let outcome = try fixture.start(
            ["run", workflow, "-q", "-i", "\(page)=\(place)", "--allow-write", fixture.folder.path],
            in: CommandFixture.repository
        ).finish()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try fixture.text(of: "page.md").contains("##"))
    }

    @Test func `a run whose items fail in part ends with exit code 2 and keeps the others`() throws {
        try fixture.write("{\"n\": 1}", to: "a.json")
        try fixture.write("no json", to: "b.json")
        try fixture.write(
            """
            version: 1
            steps:
              - id: files
                list: "*.json"
              - id: each
                foreach: { items: "${{ steps.files.files }}", on_error: continue }
                read: ${{ item.path }}
            outputs:
              done: ${{ steps.each.done }}
              failed: ${{ steps.each.failed | map(attribute="item.name") | list }}
            """, to: "w.yaml")
        let outcome = try fixture.run("run", "w.yaml", "--json")
        #expect(outcome.status == 2)
        let run = try outcome.lastEvent
        #expect(run["state"] == "partial")
        #expect(run["outputs"] == ["done": 1, "failed": ["b.json"]])
        #expect(run["items"] == ["done": 1, "failed": 1, "reused": 0])
    }

    @Test func `a run that fails ends with exit code 1, says why, and is recorded so`() throws {
        try fixture.write("version: 1\nsteps:\n  - id: a\n    read: nothing.txt\n", to: "w.yaml")
        let outcome = try fixture.run("run", "w.yaml")
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains("there is no file nothing.txt"))
        let run = try fixture.run("runs", "show", "latest", "--json").json
        #expect(run["state"] == "failed")
        #expect(run["steps"]?[0]?["error"]?["code"] == "file_not_found")
    }

    @Test func `a write outside the project is refused with the way out, and allowed by --allow-write`() throws {
        let outside = try CommandFixture()
        try fixture.write(
            "version: 1\nsteps:\n  - id: a\n    write: { path: \(outside.folder.path)/x.txt, text: hello }\n",
            to: "w.yaml")
        let refused = try fixture.run("run", "w.yaml")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("--allow-write \(outside.folder.path)"))
        #expect(!outside.exists("x.txt"))
        #expect(try fixture.run("run", "w.yaml", "--allow-write", outside.folder.path).status == 0)
        #expect(try outside.text(of: "x.txt") == "hello")
    }

    @Test func `a dry run shows the prompts, writes nothing and records no run`() throws {
        let outcome = try triage("--dry-run")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("<|im_start|>system\n      You sort support tickets."))
        #expect(outcome.output.contains("prompt tokens"))
        #expect(!fixture.exists("out"))
        #expect(try fixture.run("runs", "--json").json == [])
    }

    @Test func `the same seed gives the same story, and another seed another one`() throws {
        func story(_ seed: Int) throws -> String {
            try fixture.run(
                "prompt", "--model", CommandFixture.model, "--system", "You continue simple stories.", "--seed",
                "\(seed)", "--temperature", "3", "--min-p", "0", "--max-tokens", "40", "Mia found a lantern."
            ).output
        }
        let first = try story(7)
        #expect(try story(7) == first)
        #expect(try (8...12).contains { try story($0) != first })
    }
}
