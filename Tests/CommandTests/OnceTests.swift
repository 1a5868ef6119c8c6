import Foundation
import Jinja
import Testing

/// `once`, and the cache: what is known is not asked again.
@Suite struct OnceTests {
    private static func workflow(_ more: String = "") -> String {
        """
        version: 1
        steps:
          - { id: files, list: notes/*.txt }
          - id: each
            foreach:
              items: ${{ steps.files.files }}
              key: ${{ item.sha256 }}
              once: true
              max_parallel: 2
            steps:
              - { id: text, read: "${{ item.path }}" }
              - { id: ask, model: counter/owl, prompt: "${{ steps.text.text }}" }
        \(more)
          - id: page
            write: { path: page.txt, text: "${{ steps.each.items | map(attribute='ask.text') | join(' ') }}" }
        outputs: { done: "${{ steps.each.done }}" }
        """
    }

    @Test func `items whose key was done by an earlier run are not done again, however often the runs are pruned`()
        throws
    {
        let fixture = try CommandFixture()
        let server = try CountingServer(for: fixture)
        let files = 500
        for number in 0..<files { try fixture.write("note \(number)", to: "notes/\(number).txt") }
        try fixture.write(Self.workflow(), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml", "--quiet").output == "\(files)\n")
        #expect(try server.asked.count == files)
        let page = try fixture.text(of: "page.txt")

        for number in stride(from: 0, to: files, by: 100) {
            try fixture.write("changed \(number)", to: "notes/\(number).txt")
        }
        let second = try fixture.run("run", "w.yaml")
        #expect(second.status == 0, "\(second.errors)")
        #expect(second.output == "\(files)\n")
        #expect(second.errors.contains("500 items, 495 done by an earlier run"))
        #expect(
            Set(try server.asked.dropFirst(files)) == [
                "changed 0", "changed 100", "changed 200", "changed 300", "changed 400",
            ])
        let counts = try fixture.run("runs", "--json").json[0]?["items"]
        #expect(counts == ["total": 500, "done": 5, "failed": 0, "reused": 495])
        let items = try fixture.run("runs", "items", "--state", "reused", "--json").json.list ?? []
        #expect(items.count == 495)
        #expect(items.first?["key"]?.string?.count == 64)
        // What is taken is what was given.
        #expect(try fixture.text(of: "page.txt").split(separator: " ").count == page.split(separator: " ").count)

        #expect(try fixture.run("runs", "prune", "--keep", "0").output.contains("2 runs removed"))
        #expect(try fixture.run("run", "w.yaml", "--quiet").output == "\(files)\n")
        #expect(try server.asked.count == files + 5)
    }

    @Test func `a changed step, and --fresh, do all items again`() throws {
        let fixture = try CommandFixture()
        let server = try CountingServer(for: fixture)
        for number in 0..<3 { try fixture.write("note \(number)", to: "notes/\(number).txt") }
        try fixture.write(Self.workflow(), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 0)
        #expect(try fixture.run("run", "w.yaml", "--fresh").status == 0)
        #expect(try server.asked.count == 6)
        #expect(try fixture.run("run", "w.yaml").status == 0)
        #expect(try server.asked.count == 6)
        try fixture.write(Self.workflow("      - { id: more, set: { x: 1 } }"), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 0)
        #expect(try server.asked.count == 9)
        // The same file elsewhere is another workflow.
        try fixture.write(Self.workflow(), to: "other.yaml")
        #expect(try fixture.run("run", "other.yaml").status == 0)
        #expect(try server.asked.count == 12)
        #expect(try fixture.run("runs", "prune", "--forget-once", "1ms").output.contains("9 items forgotten"))
        #expect(try fixture.run("run", "other.yaml").status == 0)
        #expect(try server.asked.count == 15)
    }

    @Test func `of items with the same key one is done, and a failed one is done again`() throws {
        let fixture = try CommandFixture()
        let server = try CountingServer(for: fixture)
        for number in 0..<4 { try fixture.write("the same", to: "notes/\(number).txt") }
        try fixture.write(Self.workflow(), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").output == "4\n")
        #expect(try server.asked.count == 1)
        #expect(try fixture.text(of: "page.txt").split(separator: " ").count == 12)

        try fixture.write(
            """
            version: 1
            steps:
              - id: each
                foreach: { items: [1, 2, 3], key: "${{ item }}", once: true, on_error: continue }
                check: { that: "item != 2 or (env.FAILS | default('')) == ''", message: no }
            """, to: "f.yaml")
        #expect(try fixture.start(["run", "f.yaml"], environment: ["FAILS": "1"]).finish().status == 2)
        let second = try fixture.run("run", "f.yaml")
        #expect(second.status == 0)
        #expect(
            try fixture.run("runs", "--json").json[0]?["items"] == ["total": 3, "done": 1, "failed": 0, "reused": 2])
    }

    @Test func `an item without a key is an error`() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            "version: 1\nsteps:\n  - { id: a, foreach: { items: [{ k: '' }], key: '${{ item.k }}' }, set: { x: 1 } }\n",
            to: "w.yaml")
        let outcome = try fixture.run("run", "w.yaml")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("the `key` of item 0 of `a` is empty"))
    }
}

@Suite struct CacheTests {
    private static let workflow = """
        version: 1
        steps:
          - id: ask
            model: \(CommandFixture.model)
            prompt: { user: "Mia found a lantern.", temperature: ${{TEMPERATURE}}, max_tokens: 8, allow_truncated: true, CACHE }
        outputs: { text: "${{ steps.ask.text }}" }
        """

    private static func workflow(temperature: String = "0", _ more: String) -> String {
        workflow.replacing("${{TEMPERATURE}}", with: temperature).replacing("CACHE", with: more)
    }

    /// The states of the last run's calls.
    private func calls(_ fixture: CommandFixture) throws -> [String] {
        try fixture.run("runs", "show", "--calls", "--json").json["calls"]?.list?.compactMap { $0["state"]?.string }
            ?? []
    }

    @Test func `a call that would give the same again is answered from the cache, where that is wanted`() throws {
        let fixture = try CommandFixture()
        try fixture.write(Self.workflow("cache: true"), to: "w.yaml")
        let first = try fixture.run("run", "w.yaml")
        #expect(first.status == 0, "\(first.errors)")
        #expect(try calls(fixture) == ["done"])
        let second = try fixture.run("run", "w.yaml")
        #expect(second.output == first.output)
        #expect(try calls(fixture) == ["reused"])
        #expect(try fixture.run("runs", "--json").json[0]?["calls"] == 0)

        try fixture.write(Self.workflow("cache: refresh"), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").output == first.output)
        #expect(try calls(fixture) == ["done"])
        try fixture.write(Self.workflow("cache: false"), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 0)
        #expect(try calls(fixture) == ["done"])

        let shown = try fixture.run("cache", "show", "--json").json
        #expect(shown["answers"] == 1)
        #expect(shown["models"]?[0]?["uses"] == 1)
        #expect(try fixture.run("cache", "clear").output == "1 answer forgotten\n")
        #expect(try fixture.run("cache").errors.contains("nothing is cached"))
    }

    @Test(arguments: ["cache: true\n", "cache: { max_mb: 10 }\n", "cache: false\n", ""])
    func `the configuration turns the cache on and off for prompts that say nothing`(configuration: String) throws {
        let fixture = try CommandFixture()
        try fixture.write(configuration, to: "nightjar.yaml")
        try fixture.write(Self.workflow(""), to: "w.yaml")
        for _ in 0..<2 { #expect(try fixture.run("run", "w.yaml").status == 0) }
        let isOn = configuration.hasPrefix("cache:") && !configuration.contains("false")
        #expect(try calls(fixture) == [isOn ? "reused" : "done"])
    }

    @Test func `what chance decides is not cached, unless a seed decides it`() throws {
        let fixture = try CommandFixture()
        for (more, state) in [("cache: true", "done"), ("cache: true, seed: 7", "reused")] {
            try fixture.write(Self.workflow(temperature: "0.9", more), to: "w.yaml")
            for _ in 0..<2 { #expect(try fixture.run("run", "w.yaml").status == 0) }
            #expect(try calls(fixture) == [state])
        }
    }

    @Test(arguments: [
        ("max_tokens: 8", "max_tokens: 9"), ("Mia found", "Tom found"), ("temperature: 0", "temperature: 0, stop: [x]"),
        ("temperature: 0", "temperature: 0, repeat_penalty: 1.3"), ("prompt: {", "prompt: { system: Be brief.,"),
    ])
    func `another question is another entry`(old: String, new: String) throws {
        let fixture = try CommandFixture()
        try fixture.write(Self.workflow("cache: true"), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 0)
        try fixture.write(Self.workflow("cache: true").replacing(old, with: new), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 0)
        #expect(try calls(fixture) == ["done"])
        #expect(try fixture.run("cache", "show", "--json").json["answers"] == 2)
    }

    @Test func `other weights under the same name are another entry`() throws {
        let fixture = try CommandFixture()
        let model = fixture.folder.appending(path: "models/owl.gguf")
        try FileManager.default.createDirectory(
            at: model.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: CommandFixture.model, toPath: model.path)
        try fixture.write(
            Self.workflow("cache: true").replacing(CommandFixture.model, with: "local/owl"), to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml").status == 0)
        #expect(try fixture.run("run", "w.yaml").status == 0)
        #expect(try calls(fixture) == ["reused"])
        // One more byte at the end: the weights say the same, and are others.
        let handle = try FileHandle(forWritingTo: model)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data([0]))
        try handle.close()
        #expect(try fixture.run("run", "w.yaml").status == 0)
        #expect(try calls(fixture) == ["done"])
    }

    @Test func `an answer whose weights are not known is never cached`() throws {
        let fixture = try CommandFixture()
        let server = try CountingServer(for: fixture, configuration: "cache: true\n")
        try fixture.write(
            "version: 1\nsteps:\n  - { id: a, model: counter/owl, prompt: { user: hello, temperature: 0 } }\n",
            to: "w.yaml")
        for _ in 0..<2 { #expect(try fixture.run("run", "w.yaml").status == 0) }
        #expect(try server.asked.count == 2)
    }
}
