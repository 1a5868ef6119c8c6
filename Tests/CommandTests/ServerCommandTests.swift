import Foundation
import Jinja
import OrderedCollections
import PythonSupport
import Testing

/// Workflows on model servers, from the shell.
@Suite(.timeLimit(.minutes(10)), .enabled(if: Python.has("llama_cpp"), "llama_cpp is not installed"))
struct ServerCommandTests {
    private static let workflow = """
        version: 1
        steps:
          - id: label
            prompt: { system: You sort support tickets., user: My card was charged twice., temperature: 0 }
        outputs: { text: "${{ steps.label.text }}", model: "${{ steps.label.model }}" }
        """

    @Test func aWorkflowMovesToAServerByOneLine() throws {
        let fixture = try CommandFixture()
        let ollama = try PythonServer(named: "ollama_server")
        let studio = try PythonServer(named: "lmstudio_server", ["--token", "tok-77"])
        try fixture.write(
            """
            secrets: { studio: { env: STUDIO_TOKEN } }
            engines:
              desktop: { kind: ollama, url: "\(ollama.url)" }
              studio: { kind: openai, url: "\(studio.url)/v1", token: studio }
            """, to: "nightjar.yaml")
        try fixture.write(Self.workflow, to: "w.yaml")
        var texts: Set<String> = []
        for model in [CommandFixture.model, "studio/fledgling", "desktop/fledgling"] {
            let outcome = try fixture.start(
                ["run", "w.yaml", "--model", model, "--json"], environment: ["STUDIO_TOKEN": "tok-77"]
            ).finish()
            #expect(outcome.status == 0, "\(outcome.errors)")
            texts.insert(try outcome.lastEvent.mapping?["outputs"]?.mapping?["text"]?.string ?? "")
        }
        #expect(texts.count == 1)
        let calls = try fixture.run("runs", "show", "--calls", "--json").output
        #expect(calls.contains(#""context": 1024"#) && !calls.contains("tok-77"))
        // Without its secret the engine says so, and the others work.
        let without = try fixture.run("run", "w.yaml", "--model", "studio/fledgling")
        #expect(without.status == 1 && without.errors.contains("set the environment variable STUDIO_TOKEN"))
        #expect(try fixture.run("run", "w.yaml", "--model", "desktop/fledgling").status == 0)
    }

    @Test func aBusyServerIsWaitedForAndARefusedRunIsNot() throws {
        let fixture = try CommandFixture()
        let server = try PythonServer(named: "fault_server")
        try fixture.write(
            """
            engines:
              soon: { kind: ollama, url: "\(server.url)/429-retry-after~command" }
              later: { kind: openai, url: "\(server.url)/429-long~command/v1" }
            """, to: "nightjar.yaml")
        try fixture.write(Self.workflow, to: "w.yaml")
        let soon = try fixture.run("run", "w.yaml", "--model", "soon/owl")
        #expect(soon.status == 0 && soon.errors.contains("attempt 2"), "\(soon.errors)")
        let status = try Value(json: Array(try server.ask("/_status?fault=429-retry-after~command")))
        let times = status.mapping?["times"]?.list?.compactMap(\.number) ?? []
        #expect(times.count == 2 && (times.last ?? 0) - (times.first ?? 0) >= 1)
        let later = try fixture.run("run", "w.yaml", "--model", "later/owl")
        #expect(later.status == 75, "\(later.errors)")
    }

    @Test func aListOfModelsFallsBackInOrderAndTheRecordSaysWhy() throws {
        let fixture = try CommandFixture()
        let gone = try PythonServer(named: "fault_server")
        let url = gone.url
        gone.kill()
        try fixture.write("engines: { gone: { kind: ollama, url: \"\(url)\" } }", to: "nightjar.yaml")
        try fixture.write(
            Self.workflow.replacing(
                "  - id: label", with: "  - id: label\n    model: [gone/owl, \(CommandFixture.model)]"),
            to: "w.yaml")
        let outcome = try fixture.run("run", "w.yaml")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("gone/owl is passed over"))
        let calls = try fixture.run("runs", "show", "--calls", "--json").json.mapping?["calls"]?.list ?? []
        #expect(calls.map { $0.mapping?["state"] } == ["failed", "done"])
        #expect(calls.first?.mapping?["error"]?.mapping?["code"] == "unreachable")
        // A run that has nobody else ends with the code for an engine that is not there.
        let alone = try fixture.start(["prompt", "--model", "gone/owl", "Hello"]).finish()
        #expect(alone.status == 69)
    }

    @Test func aSecondRunWaitsForTheFirstAndIsFreedByItsDeath() throws {
        let fixture = try CommandFixture()
        let server = try PythonServer(named: "ollama_server", ["--delay", "0.5"])
        try fixture.write("engines: { desktop: { kind: ollama, url: \"\(server.url)\" } }", to: "nightjar.yaml")
        let heavy = Self.workflow.replacing(
            "version: 1", with: "version: 1\nname: heavy\ndefaults: { model: desktop/fledgling }")
        try fixture.write(heavy, to: "heavy.yaml")
        let first = try fixture.start(["run", "heavy.yaml"])
        func status(_ key: String) -> Value? {
            (try? Value(json: Array((try? server.ask("/_status")) ?? Data())))?.mapping?[key]
        }
        try first.wait { status("active") == 1 || !first.process.isRunning }
        let second = try fixture.start(["run", "heavy.yaml"])
        try second.wait {
            second.errorsSoFar.contains("waits for a slot behind heavy, process \(first.process.processIdentifier)")
                || !second.process.isRunning
        }
        #expect(second.errorsSoFar.contains("waits for a slot behind heavy"), "\(second.errorsSoFar)")
        // The first run had the model loaded, and asked once; the second has sent nothing.
        #expect(status("requests") == 2)
        kill(first.process.processIdentifier, SIGKILL)
        _ = try server.ask("/_control", #"{"delay": 0}"#)
        let outcome = try second.finish()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(status("cancelled") == 1)
    }

    @Test func fourMembersShareTwoHundredRequestsThoughOneDiesAndOneIsSlow() throws {
        let fixture = try CommandFixture()
        let servers = try (0..<4).map { _ in try PythonServer(named: "ollama_server", ["--delay", "0.01"]) }
        let engines = servers.enumerated().map { "  m\($0): { kind: ollama, url: \"\($1.url)\" }" }
        try fixture.write(
            "engines:\n\(engines.joined(separator: "\n"))\n  lab: { kind: pool, members: [m0, m1, m2, m3] }",
            to: "nightjar.yaml")
        try fixture.write(
            """
            version: 1
            defaults: { model: lab/fledgling }
            steps:
              - id: all
                foreach: { items: "${{ range(200) | list }}", max_parallel: 8 }
                retry: { max_attempts: 5, delay: 10ms }
                prompt: { user: "Ticket ${{ item }}: my card was charged twice.", temperature: 0, max_tokens: 4, allow_truncated: true }
            outputs: { count: "${{ steps.all.done }}" }
            """, to: "w.yaml")
        let run = try fixture.start(["run", "w.yaml", "--json"])
        func finished() -> Int { run.outputSoFar.split(separator: "\n").count { $0.contains("\"item.finished\"") } }
        try run.wait { finished() >= 60 || !run.process.isRunning }
        servers[0].kill()
        _ = try servers[1].ask("/_control", #"{"delay": 1}"#)
        let outcome = try run.finish()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try outcome.lastEvent.mapping?["outputs"] == ["count": 200])

        let calls = try fixture.run("runs", "show", "--calls", "--json").json.mapping?["calls"]?.list ?? []
        let done = calls.filter { $0.mapping?["state"] == "done" }
        #expect(done.count == 200)
        #expect(Set(done.compactMap { $0.mapping?["messages"] }).count == 200)
        var answered: [String: Int] = [:]
        for call in done { answered[call.mapping?["model"]?.string ?? "", default: 0] += 1 }
        let healthy = min(answered["m2/fledgling"] ?? 0, answered["m3/fledgling"] ?? 0)
        #expect(healthy > (answered["m0/fledgling"] ?? 0) && healthy > (answered["m1/fledgling"] ?? 0), "\(answered)")
        // Whom a call had asked in vain is in its row, or the call that broke off has a row of its own.
        #expect(calls.contains { $0.mapping?["passed_over"] != nil || $0.mapping?["state"] == "failed" })
    }

    @Test func doctorShowsEveryEngineAndWhatWouldBeRefused() throws {
        let fixture = try CommandFixture()
        let server = try PythonServer(named: "ollama_server")
        try fixture.write(
            """
            engines:
              desktop: { kind: ollama, url: "\(server.url)" }
              away: { kind: openai, url: "http://93.184.215.14/v1" }
            """, to: "nightjar.yaml")
        let outcome = try fixture.run("doctor")
        #expect(outcome.status == 1)
        #expect(
            outcome.output.contains("Ollama 0.33.0 at \(server.url) (127.0.0.1, this machine)"), "\(outcome.output)")
        #expect(outcome.output.contains("cloudy:671b runs elsewhere and would be refused"))
        #expect(outcome.output.contains("`93.184.215.14` (93.184.215.14) is outside the local network"))
        let cloud = try fixture.run("prompt", "--model", "desktop/cloudy:671b", "Hello")
        #expect(cloud.status == 1 && cloud.errors.contains("outside the local network"))
    }

    @Test func aPinnedModelThatHasChangedStopsTheRunBeforeItsFirstCall() throws {
        let fixture = try CommandFixture()
        let server = try PythonServer(named: "ollama_server")
        try fixture.write("engines: { desktop: { kind: ollama, url: \"\(server.url)\" } }", to: "nightjar.yaml")
        try fixture.write(
            Self.workflow.replacing("version: 1", with: "version: 1\ndefaults: { model: desktop/fledgling }"),
            to: "workflows/w.yaml")
        let pinned = try fixture.run("models", "pin")
        #expect(pinned.status == 0 && pinned.errors.contains("pinned    desktop/fledgling"), "\(pinned.errors)")
        let lock = try fixture.text(of: "nightjar.lock")
        #expect(lock.contains("from: \"\(server.url)\"") && lock.contains("size: "))
        #expect(try fixture.run("run", "w").status == 0)

        let digest = try #require(lock.firstMatch(of: /sha256:[0-9a-f]{64}/)).output
        try fixture.write(
            lock.replacing(digest, with: "sha256:" + String(repeating: "0", count: 64)), to: "nightjar.lock")
        let stopped = try fixture.run("run", "w")
        #expect(stopped.status == 1 && stopped.errors.contains("is not the model that nightjar.lock names"))
        #expect(try fixture.run("runs", "show", "--calls").output.contains("the run called no model"))
        #expect(try fixture.run("run", "w", "--update-lock").status == 0)
        #expect(try fixture.text(of: "nightjar.lock") == lock)
        #expect(try fixture.run("run", "w").status == 0)
    }
}
