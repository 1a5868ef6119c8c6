import Foundation
import Jinja
import Testing

/// Going on with runs: as they were, with an edited workflow, from a step, with what failed.
@Suite struct ResumeTests {
    private static let workflow = """
        version: 1
        inputs:
          count: { type: integer, default: 4 }
        steps:
          - id: numbers
            set: { all: "${{ range(inputs.count) | list }}" }
          - id: each
            foreach: { items: "${{ steps.numbers.all }}", on_error: continue }
            steps:
              - id: ask
                model: counter/owl
                prompt: { user: "item ${{ item }}", temperature: 0 }
              - id: hard
                check: { that: "item != 2 or not (env.FAILS | default(''))", message: two is hard }
              - id: shape
                set: { line: "${{ item }}: ${{ steps.ask.text }}" }
          - id: page
            write: { path: page.txt, text: "${{ steps.each.items | map(attribute='shape.line') | join('\\n') }}" }
          - id: log
            write: { path: log.txt, text: "${{ steps.each.done }} done", mode: append }
        outputs: { done: "${{ steps.each.done }}" }
        """

    private func project(_ workflow: String = workflow) throws -> (CommandFixture, CountingServer) {
        let fixture = try CommandFixture()
        let server = try CountingServer(for: fixture)
        try fixture.write(workflow, to: "w.yaml")
        return (fixture, server)
    }

    @Test func `a failed step is done again with what came before it, by the workflow and inputs of the run`() throws {
        let (fixture, server) = try project()
        try fixture.write("in the way", to: "log.txt/file")
        let failed = try fixture.run("run", "w.yaml", "-i", "count=3")
        #expect(failed.status == 1)
        #expect(try server.asked == ["item 0", "item 1", "item 2"])
        try FileManager.default.removeItem(at: fixture.folder.appending(path: "log.txt"))
        // What the file says by now is of no interest, even if it is gone.
        try FileManager.default.removeItem(at: fixture.folder.appending(path: "w.yaml"))
        let resumed = try fixture.run("resume")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.output == "3\n")
        #expect(resumed.errors.contains("page: done before"))
        #expect(try server.asked.count == 3)
        #expect(try fixture.text(of: "log.txt") == "3 done\n")
        #expect(try fixture.run("runs", "--json").json.list?.count == 1)
        #expect(try fixture.run("runs", "show", "--json").json["resumes"] == 1)
    }

    @Test func `a run that is done or at work is not resumed, with the reason`() throws {
        let (fixture, server) = try project()
        defer { withExtendedLifetime(server) {} }
        #expect(try fixture.run("run", "w.yaml").status == 0)
        let done = try fixture.run("resume", "latest")
        #expect(done.status == 65)
        #expect(done.errors.contains("is done; `--edited` does again what has changed"))
        let none = try fixture.run("resume")
        #expect(none.status == 65)
        #expect(none.errors.contains("that failed or was interrupted, so nothing to go on with"))
        try fixture.write("version: 1\nsteps:\n  - { id: a, run: echo $$ > pid; sleep 600 }\n", to: "long.yaml")
        let started = try fixture.start(["run", "long.yaml"])
        try started.wait { fixture.exists("pid") }
        let alive = try fixture.run("resume", "latest")
        #expect(alive.status == 75)
        #expect(alive.errors.contains("is at work in another process"))
        kill(started.process.processIdentifier, SIGKILL)
        _ = try started.finish()
        // At once, without anyone having waited.
        #expect(try fixture.run("runs", "--json").json[0]?["state"] == "interrupted")
        #expect(
            try fixture.run("runs", "show", "--json").json["error"]?["message"]?.string?.contains(
                "ended without a word") == true)
    }

    @Test func `an edited workflow does again what its changes reach, and says which`() throws {
        let (fixture, server) = try project()
        #expect(try fixture.run("run", "w.yaml").status == 0)
        #expect(try server.asked.count == 4)

        // A comment, another place in the file, a label: nothing that could change a result.
        try fixture.write(
            Self.workflow.replacing("  - id: page\n", with: "  # a comment\n\n  - id: page\n    name: The page\n"),
            to: "w.yaml")
        let same = try fixture.run("resume", "latest", "--edited")
        #expect(same.status == 0, "\(same.errors)")
        #expect(!same.errors.contains("is done again"))
        #expect(try fixture.text(of: "log.txt") == "4 done\n")

        // Behind the prompt: the model is not asked again.
        try fixture.write(
            Self.workflow.replacing("line: \"${{ item }}: ", with: "line: \"${{ item }} = "), to: "w.yaml")
        let shaped = try fixture.run("resume", "latest", "--edited")
        #expect(shaped.status == 0, "\(shaped.errors)")
        #expect(shaped.errors.contains("each[0].shape: is done again, since its definition has changed"))
        #expect(shaped.errors.contains("page: is done again, since its inputs have changed"))
        #expect(!shaped.errors.contains("ask: is done again"))
        #expect(!shaped.errors.contains("log: is done again"))
        #expect(try server.asked.count == 4)
        #expect(try fixture.text(of: "page.txt").hasPrefix("0 = label of "))

        // The prompt itself.
        let asked = Self.workflow.replacing("user: \"item", with: "user: \"the item")
        try fixture.write(asked, to: "w.yaml")
        #expect(try fixture.run("resume", "latest", "--edited").status == 0)
        #expect(try server.asked.count == 8)

        // One more in the list: the others keep what they have, wherever they stand now.
        try fixture.write(
            asked.replacing("range(inputs.count) | list", with: "[9] + (range(inputs.count) | list)"), to: "w.yaml")
        let longer = try fixture.run("resume", "latest", "--edited")
        #expect(longer.output == "5\n")
        #expect(try server.asked.dropFirst(8) == ["the item 9"])
        let lines = try fixture.text(of: "page.txt").split(separator: "\n").map { $0.prefix(2) }
        #expect(lines == ["9:", "0:", "1:", "2:", "3:"])

        // One less: its row says so.
        try fixture.write(asked, to: "w.yaml")
        #expect(try fixture.run("resume", "latest", "--edited").output == "4\n")
        #expect(try server.asked.count == 9)
        let items = try fixture.run("runs", "items", "--json").json.list ?? []
        #expect(items.filter { $0["state"] == "skipped" }.compactMap { $0["error"]?["code"]?.string } == ["not_listed"])
    }

    @Test func `an edit that is cut off is gone on with, and nothing old is taken for new`() throws {
        let (fixture, server) = try project()
        #expect(try fixture.run("run", "w.yaml").status == 0)
        let slow = Self.workflow.replacing("user: \"item", with: "user: \"now item")
            .replacing("      - id: shape\n", with: "      - { id: slow, run: [sleep, '0.3'] }\n      - id: shape\n")
        try fixture.write(slow, to: "w.yaml")
        let started = try fixture.start(["resume", "latest", "--edited"])
        try started.wait { (try? server.asked.count) == 6 }
        kill(started.process.processIdentifier, SIGKILL)
        _ = try started.finish()
        let resumed = try fixture.run("resume")
        #expect(resumed.status == 0, "\(resumed.errors)")
        let again = try server.asked.dropFirst(4)
        #expect(again.allSatisfy { $0.hasPrefix("now item") })
        // The call that was cut off may be there twice.
        #expect(Set(again).count == 4)
        #expect(again.count <= 5)
        #expect(try fixture.text(of: "page.txt").split(separator: "\n").count == 4)
    }

    @Test func `only what failed is done again by retry, with the steps that use it`() throws {
        let (fixture, server) = try project()
        let partial = try fixture.start(["run", "w.yaml"], environment: ["FAILS": "yes"]).finish()
        #expect(partial.status == 2)
        #expect(partial.output == "3\n")
        let refused = try fixture.run("resume", "latest")
        #expect(refused.status == 65)
        #expect(refused.errors.contains("--failed` does that again"))
        let still = try fixture.start(["retry", "latest", "--failed"], environment: ["FAILS": "yes"]).finish()
        #expect(still.status == 2)
        let retried = try fixture.run("retry", "latest", "--failed")
        #expect(retried.status == 0, "\(retried.errors)")
        #expect(retried.output == "4\n")
        // The failed item is done anew, as its check may have failed because of the answer: twice here.
        #expect(try server.asked == ["item 0", "item 1", "item 2", "item 3", "item 2", "item 2"])
        #expect(try fixture.text(of: "page.txt").split(separator: "\n").count == 4)
        #expect(try fixture.text(of: "log.txt") == "3 done\n4 done\n")
        let nothing = try fixture.run("retry", "latest", "--failed")
        #expect(nothing.status == 65)
        #expect(nothing.errors.contains("nothing failed"))
    }

    @Test func `a whole retry is a new run with the old inputs`() throws {
        let (fixture, server) = try project()
        #expect(try fixture.run("run", "w.yaml", "-i", "count=2").status == 0)
        #expect(try fixture.run("retry", "latest").output == "2\n")
        #expect(try server.asked.count == 4)
        #expect(try fixture.run("runs", "--json").json.list?.count == 2)
    }

    @Test func `a run can begin at a step, with the results that the last run has`() throws {
        let (fixture, server) = try project()
        let early = try fixture.run("run", "w.yaml", "--from", "page")
        #expect(early.status == 65)
        #expect(early.errors.contains("there is none yet"))
        #expect(try fixture.run("run", "w.yaml", "-i", "count=3").status == 0)
        try fixture.write(Self.workflow.replacing("join('\\n')", with: "join(' + ')"), to: "w.yaml")
        let from = try fixture.run("run", "w.yaml", "--from", "page")
        #expect(from.status == 0, "\(from.errors)")
        #expect(from.output == "3\n")
        #expect(try server.asked.count == 3)
        #expect(try fixture.text(of: "page.txt").contains(" + 1: label of "))
        let run = try fixture.run("runs", "show", "--json").json
        #expect(run["steps"]?.list?.map { $0["state"] } == ["reused", "reused", "done", "done"])
        #expect(run["items"]?["reused"] == 3)
        #expect(run["source_run"] != nil)
        let wrong = try fixture.run("run", "w.yaml", "--from", "pages")
        #expect(wrong.status == 64)
        #expect(wrong.errors.contains("did you mean `page`?"))
    }

    @Test func `a called workflow is gone on with as it was`() throws {
        let fixture = try CommandFixture()
        let server = try CountingServer(for: fixture)
        try fixture.write(
            """
            version: 1
            inputs: { n: { type: integer, required: true } }
            steps:
              - { id: ask, model: counter/owl, prompt: "inner ${{ inputs.n }}" }
              - { id: stop, check: { that: "(env.FAILS | default('')) == ''", message: not now } }
            outputs: { text: "${{ steps.ask.text }}" }
            """, to: "workflows/inner.yaml")
        try fixture.write(
            """
            version: 1
            steps:
              - { id: call, workflow: { name: inner, inputs: { n: 7 } } }
            outputs: { text: "${{ steps.call.text }}" }
            """, to: "workflows/outer.yaml")
        #expect(try fixture.start(["run", "outer"], environment: ["FAILS": "yes"]).finish().status == 1)
        try fixture.write("version: 1\nsteps: [{ id: other, set: { x: 1 } }]\n", to: "workflows/inner.yaml")
        let resumed = try fixture.run("resume")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.output.hasPrefix("label of "))
        #expect(try server.asked == ["inner 7"])
    }

    @Test func `a step that watches for failures runs again when a run is gone on with`() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps:
              - { id: work, check: { that: "(env.FAILS | default('')) == ''", message: no } }
              - { id: alarm, if: failure(), write: { path: alarms.txt, text: alarm, mode: append } }
              - { id: tidy, needs: [work], if: always(), write: { path: tidied.txt, text: tidied, mode: append } }
            """, to: "w.yaml")
        #expect(try fixture.start(["run", "w.yaml"], environment: ["FAILS": "1"]).finish().status == 1)
        #expect(try fixture.start(["resume"], environment: ["FAILS": "1"]).finish().status == 1)
        #expect(try fixture.run("resume").status == 0)
        #expect(try fixture.text(of: "alarms.txt") == "alarm\nalarm\n")
        #expect(try fixture.text(of: "tidied.txt") == "tidied\ntidied\ntidied\n")
    }

    @Test func `an edit that is cut off keeps what the edit does not reach`() throws {
        let fixture = try CommandFixture()
        func workflow(_ shape: String) -> String {
            """
            version: 1
            steps:
              - id: each
                foreach: ${{ range(8) | list }}
                steps:
                  - { id: paid, run: "echo paid >> paid.txt" }
                  - { id: shape, run: "\(shape)" }
            """
        }
        try fixture.write(workflow("true"), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 0)
        try fixture.write(
            workflow("echo x >> shaped.txt; test $(wc -l < shaped.txt) != 3 || kill -KILL $PPID"), to: "w.yaml")
        #expect(try fixture.run("resume", "latest", "--edited").status == SIGKILL)
        #expect(try fixture.run("resume").status == 0)
        #expect(try fixture.text(of: "paid.txt").split(separator: "\n").count == 8)
        // The one that was going on at the kill is done again.
        #expect(try fixture.text(of: "shaped.txt").split(separator: "\n").count == 9)
    }

    @Test func `failures deep inside stay known when a run is gone on with, and are retried`() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps:
              - id: outer
                foreach: [1, 2]
                steps:
                  - id: inner
                    foreach: { items: [1, 2, 3], on_error: continue }
                    check: { that: "item != 2 or (env.GOOD | default('')) != ''", message: not yet }
              - id: group
                steps:
                  - { id: soft, continue_on_error: true, check: { that: "(env.GOOD | default('')) != ''", message: soft } }
              - { id: last, check: { that: "(env.LAST | default('')) != ''", message: last } }
            """, to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 1)
        let resumed = try fixture.start(["resume", "--json"], environment: ["LAST": "1"]).finish()
        #expect(resumed.status == 2, "\(resumed.errors)")
        #expect(try resumed.lastEvent["items"]?["failed"] == 2)
        #expect(try resumed.lastEvent["steps"]?["failed"] == 1)
        let again = try fixture.start(["retry", "latest", "--failed"], environment: ["LAST": "1"]).finish()
        #expect(again.status == 2)
        let good = try fixture.start(["retry", "latest", "--failed"], environment: ["LAST": "1", "GOOD": "1"]).finish()
        #expect(good.status == 0, "\(good.errors)")
        #expect(try fixture.run("runs", "items", "--state", "failed", "--json").json == [])
    }

    @Test func `an edited workflow gets its new inputs by their defaults, and refuses what does not fit`() throws {
        let fixture = try CommandFixture()
        let steps =
            "steps:\n  - { id: a, set: { x: \"${{ inputs }}\" } }\noutputs: { x: \"${{ steps.a.x | tojson }}\" }\n"
        try fixture.write("version: 1\ninputs: { a: { default: old } }\n" + steps, to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml", "-i", "a=mine").status == 0)
        try fixture.write(
            "version: 1\ninputs: { a: { default: old }, b: { type: integer, default: 5 } }\n" + steps, to: "w.yaml")
        let resumed = try fixture.run("resume", "latest", "--edited")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(try resumed.json == ["a": "mine", "b": 5])
        try fixture.write("version: 1\ninputs: { a: { type: integer } }\n" + steps, to: "w.yaml")
        let refused = try fixture.run("resume", "latest", "--edited")
        #expect(refused.status == 65)
        #expect(refused.errors.contains("and the workflow now takes a whole number: run it anew"))
        #expect(try fixture.run("runs", "--json").json[0]?["state"] == "done")
    }

    @Test func `what depends on files and programs is done again behind a step that was`() throws {
        let fixture = try CommandFixture()
        func workflow(_ text: String) -> String {
            """
            version: 1
            steps:
              - { id: x, write: { path: x.md, text: \(text) } }
              - { id: copy, run: [cp, x.md, x.txt] }
              - { id: back, read: x.txt }
            outputs: { text: "${{ steps.back.text }}" }
            """
        }
        try fixture.write(workflow("old"), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").output == "old\n")
        try fixture.write(workflow("new"), to: "w.yaml")
        let edited = try fixture.run("resume", "latest", "--edited")
        #expect(edited.output == "new\n")
        #expect(edited.errors.contains("copy: is done again, since a step before it was done again"))
    }

    @Test func `what depends on files is done again also where the edit was cut off in between`() throws {
        let fixture = try CommandFixture()
        func workflow(_ text: String) -> String {
            """
            version: 1
            steps:
              - { id: x, write: { path: x.md, text: \(text) } }
              - { id: pause, run: "test -e go || kill -KILL $PPID" }
              - { id: pages, foreach: [1, 2], run: "cat x.md >> all.txt" }
              - { id: copy, run: [cp, x.md, x.pdf] }
            """
        }
        try fixture.write(workflow("old"), to: "w.yaml")
        try fixture.write("", to: "go")
        #expect(try fixture.run("run", "w.yaml").status == 0)
        try fixture.write(workflow("new"), to: "w.yaml")
        try FileManager.default.removeItem(at: fixture.folder.appending(path: "go"))
        #expect(try fixture.run("resume", "latest", "--edited").status == SIGKILL)
        try fixture.write("", to: "go")
        #expect(try fixture.run("resume").status == 0)
        #expect(try fixture.text(of: "x.pdf") == "new")
        #expect(try fixture.text(of: "all.txt") == "oldoldnewnew")
        // And once more, without an edit in between: nothing.
        #expect(try !fixture.run("resume", "latest", "--edited").errors.contains("is done again"))
    }

    @Test func `nothing old is taken of a changed item where the edit was cut off before its turn`() throws {
        let fixture = try CommandFixture()
        func workflow(_ pattern: String) -> String {
            """
            version: 1
            steps:
              - { id: files, list: "\(pattern)" }
              - id: each
                foreach: { items: "${{ steps.files.files }}", key: "${{ item.path }}" }
                steps:
                  - { id: text, read: "${{ item.path }}" }
                  - { id: pause, run: "test -e go || kill -KILL $PPID" }
            outputs: { text: "${{ steps.each.items | map(attribute='text.text') | join(' ') }}" }
            """
        }
        for name in ["a", "b", "c"] { try fixture.write("old", to: "notes/\(name).txt") }
        try fixture.write(workflow("notes/*.txt"), to: "w.yaml")
        try fixture.write("", to: "go")
        #expect(try fixture.run("run", "w.yaml").output == "old old old\n")
        for name in ["a", "b", "c"] { try fixture.write("new", to: "notes/\(name).txt") }
        try FileManager.default.removeItem(at: fixture.folder.appending(path: "go"))
        try fixture.write(workflow("notes/*.tx*"), to: "w.yaml")
        #expect(try fixture.run("resume", "latest", "--edited").status == SIGKILL)
        try fixture.write("", to: "go")
        #expect(try fixture.run("resume").output == "new new new\n")
    }

    @Test func `of an item with the same key and another value nothing old is taken`() throws {
        let fixture = try CommandFixture()
        func workflow(_ pattern: String) -> String {
            """
            version: 1
            steps:
              - { id: files, list: "\(pattern)" }
              - id: each
                foreach: { items: "${{ steps.files.files }}", key: "${{ item.path }}" }
                steps:
                  - { id: text, read: "${{ item.path }}" }
            outputs: { text: "${{ steps.each.items | map(attribute='text.text') | join(' ') }}" }
            """
        }
        try fixture.write("old", to: "notes/a.txt")
        try fixture.write(workflow("notes/*.txt"), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").output == "old\n")
        try fixture.write("new", to: "notes/a.txt")
        try fixture.write(workflow("notes/a*.txt"), to: "w.yaml")
        #expect(try fixture.run("resume", "latest", "--edited").output == "new\n")
    }

    @Test(.enabled(if: FaultShim.built != nil))
    func `a run that began at a step and is killed keeps what it began with`() throws {
        let shim = try #require(FaultShim.built)
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps:
              - { id: a, run: "echo a >> done.txt" }
              - { id: b, run: "echo b >> done.txt" }
              - { id: c, run: "echo c >> done.txt" }
            """, to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 0)
        let refused = try fixture.run("run", "w.yaml", "--from", "c", "-i", "x=1")
        #expect(refused.status == 64)
        #expect(refused.errors.contains("leave out `-i`"))
        for write in [20, 30, 40, 50] {
            let killed = try fixture.start(
                ["run", "w.yaml", "--from", "c"], environment: shim.environment("write:-wal:\(write):KILL")
            ).finish()
            guard killed.status == SIGKILL, try fixture.run("runs", "--json").json[0]?["state"] == "interrupted" else {
                continue
            }
            #expect(try fixture.run("resume").status == 0)
        }
        let lines = try fixture.text(of: "done.txt").split(separator: "\n")
        #expect(lines.count { $0 == "a" } == 1)
        #expect(lines.count { $0 == "b" } == 1)
        #expect(lines.count { $0 == "c" } > 1)
    }

    @Test func `of many that go on with a run at the same time, one does`() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps:
              - { id: fails, check: { that: "(env.GOOD | default('')) != ''", message: no } }
              - { id: log, write: { path: log.txt, text: one, mode: append } }
            """, to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 1)
        let all = try (0..<8).map { _ in try fixture.start(["resume", "latest"], environment: ["GOOD": "1"]) }
        let outcomes = try all.map { try $0.finish() }
        #expect(outcomes.count { $0.status == 0 } == 1)
        #expect(outcomes.allSatisfy { [0, 65, 75].contains($0.status) })
        #expect(try fixture.text(of: "log.txt") == "one\n")
        #expect(try fixture.run("runs", "show", "--json").json["resumes"] == 1)
    }

    @Test func `the last run is that of the project one stands in, and a folder that is gone is told`() throws {
        let fixture = try CommandFixture()
        let failing = "version: 1\nsteps: [{ id: a, check: { that: \"false\", message: no } }]\n"
        for name in ["one", "two"] { try fixture.write(failing, to: "\(name)/workflows/w.yaml") }
        for name in ["one", "two"] {
            #expect(try fixture.run("run", "w", in: fixture.folder.appending(path: name)).status == 1)
        }
        #expect(try fixture.run("resume", in: fixture.folder.appending(path: "one")).status == 1)
        let runs = try fixture.run("runs", "--json").json.list ?? []
        let resumed = try runs.compactMap { try fixture.run("runs", "show", $0["id"]?.string ?? "", "--json").json }
        #expect(resumed.first { $0["path"]?.string?.contains("/one/") == true }?["resumes"] == 1)
        #expect(resumed.first { $0["path"]?.string?.contains("/two/") == true }?["resumes"] == 0)
        try FileManager.default.removeItem(at: fixture.folder.appending(path: "two"))
        let gone = try fixture.run("resume", runs[0]["id"]?.string ?? "")
        #expect(gone.status == 65)
        #expect(gone.errors.contains("is not there any more: bring it back"))
        #expect(!fixture.exists("two"))
    }
}
