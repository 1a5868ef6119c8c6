import BrowserSupport
import Foundation
import GRDB
import Jinja
import Testing

/// `nightjar runs report`: a run as a web page.
@Suite struct ReportTests {
    private static let hostile = "<script>alert(1)</script></pre></details><img src=x onerror=alert(2)> & \"quotes\" 'n"

    /// A project with a run that has failed items, hostile texts, long words and long data.
    private func project() throws -> CommandFixture {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            name: owls <b>
            inputs: { word: { type: string, default: x } }
            defaults: { model: \(CommandFixture.model) }
            steps:
              - id: each
                foreach: { items: [plain, "\(String(repeating: "long", count: 100))", bad, "bad <i>"], key: "${{ item }}", on_error: continue }
                steps:
                  - id: sane
                    check: { that: "not item.startswith('bad')", message: "${{ item }} is not sane" }
                  - id: ask
                    prompt: { system: Be kind., user: "${{ item }} ${{ inputs.word }}", max_tokens: 4, allow_truncated: true }
              - id: again
                retry: { max_attempts: 2, delay: 1ms }
                continue_on_error: true
                run: exit 3
              - id: data
                set:
                  long: ${{ "word" * 3000 }}
                  many: ${{ range(300) | list }}
                  huge: ${{ "y" * 25000 }}
                  hostile: ${{ inputs.word }}
              - id: page
                write: { path: out/page.txt, text: hello }
            outputs: { long: "${{ steps.data.long }}", count: "${{ steps.each.count }}" }
            """, to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml", "-i", "word=\(Self.hostile)", "-q").status == 2)
        let answer = "</pre><script>alert(3)</script>"
        let queue = try DatabaseQueue(path: fixture.folder.appending(path: ".state/history.sqlite").path)
        try queue.write { db in
            try db.execute(sql: "UPDATE calls SET response = ?, reasoning = 'I think <u>'", arguments: [answer])
            try db.execute(
                sql:
                    "UPDATE steps SET output = json_set(output, '$.repairs', json('[\"closed a bracket\"]')) WHERE kind = 'prompt'"
            )
        }
        try queue.close()
        return fixture
    }

    @Test func `what failed inside an item comes first, long errors are cut, and lines end as they do elsewhere`()
        throws
    {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps:
              - id: long
                continue_on_error: true
                check: { that: "1 > 2", message: "${{ 'word' * 20000 }}" }
              - id: text
                set: { lines: "one\\r\\ntwo\\r\\n" }
              - id: outer
                foreach: { items: "${{ range(30) | list }}" }
                steps:
                  - id: inner
                    foreach: { items: [1], on_error: continue }
                    steps: [{ id: c, check: "index > 0 or item != 1" }]
                    if: item == 25
            """, to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml", "-q").status == 2)
        let page = try fixture.run("runs", "report", "-o", "-", "--items", "5").output
        #expect(page.contains("Something in it failed."))
        #expect(page.contains("outer[25].inner[0].c") || page.contains("outer[25].inner"))
        #expect(page.contains("24 more items left out"))
        #expect(page.contains("76000 more characters are in the record."))
        #expect(page.utf8.count < 100_000)
        #expect(page.contains("one\ntwo\n"))
        #expect(!page.contains("\u{FFFD}"))
    }

    @Test func `a link stays a link, a file keeps its mode, and a full disk is told`() throws {
        let fixture = try CommandFixture()
        try fixture.write("version: 1\nsteps: [{ id: a, set: { x: 1 } }]\n", to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml", "-q").status == 0)
        try fixture.write("old", to: "real.html")
        let files = FileManager.default
        try files.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: fixture.folder.appending(path: "real.html").path)
        try files.createSymbolicLink(
            atPath: fixture.folder.appending(path: "link.html").path, withDestinationPath: "real.html")
        #expect(try fixture.run("runs", "report", "-o", "link.html").status == 0)
        #expect(try fixture.text(of: "real.html").hasPrefix("<!DOCTYPE html>"))
        let attributes = try files.attributesOfItem(atPath: fixture.folder.appending(path: "link.html").path)
        #expect(attributes[.type] as? FileAttributeType == .typeSymbolicLink)
        let mode = try files.attributesOfItem(atPath: fixture.folder.appending(path: "real.html").path)
        #expect(mode[.posixPermissions] as? Int == 0o600)
        let missing = try fixture.run("runs", "report", "-o", "no/where.html")
        #expect(missing.status == 1)
        #expect(missing.errors.contains("there is no folder"))
        guard files.fileExists(atPath: "/dev/full") else { return }
        let full = try fixture.run("runs", "report", "-o", "/dev/full")
        #expect(full.status == 1)
        #expect(full.errors.contains("cannot be written to /dev/full"))
    }

    @Test func `the page has the run, its steps, items, calls, files and its workflow`() throws {
        let fixture = try project()
        let outcome = try fixture.run("runs", "report", "latest", "-o", "r.html")
        #expect(outcome.status == 0)
        #expect(outcome.output == "r.html\n")
        let page = try fixture.text(of: "r.html")
        for wanted in [
            "<h1>owls &lt;b&gt; <span class=\"badge partial\">partial</span></h1>", "<dt>items failed</dt><dd>2</dd>",
            "<dt>items done</dt><dd>2</dd>", "<dt>model calls</dt><dd>2</dd>", "<h2>Inputs</h2>", "<h2>Outputs</h2>",
            "<strong>again</strong> <span class=\"faint\">run, attempt 2</span>", "<h2>Items of each</h2>",
            "4 items", "bad is not sane", "bad &lt;i&gt; is not sane", "Be kind.", "<p class=\"role\">system</p>",
            "<summary>Reasoning</summary>", "I think &lt;u&gt;", "closed a bracket", "<h2>Files</h2>", "out/page.txt",
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", "<h2>Workflow</h2>",
            "version: 1\nname: owls &lt;b&gt;", "fledgling", "5000 more characters are cut here",
            "name=\"viewport\"", "default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;",
        ] {
            #expect(page.contains(wanted), "\(wanted)")
        }
        // Failed items come first.
        let failed = try #require(page.range(of: "bad &lt;i&gt; is not sane"))
        let plain = try #require(page.range(of: "<strong>plain</strong>"))
        #expect(failed.lowerBound < plain.lowerBound)
    }

    @Test func `nothing of the record is markup`() throws {
        let fixture = try project()
        let page = try fixture.run("runs", "report", "-o", "-").output
        #expect(
            page.contains(
                "&lt;script&gt;alert(1)&lt;/script&gt;&lt;/pre&gt;&lt;/details&gt;&lt;img src=x onerror=alert(2)&gt;"))
        #expect(page.contains("&lt;/pre&gt;&lt;script&gt;alert(3)"))
        #expect(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>") && !page.contains("<i>"))
        #expect(page.matches(of: /<details/).count == page.matches(of: /<\/details>/).count)
        #expect(page.matches(of: /<pre/).count == page.matches(of: /<\/pre>/).count)
        #expect(!page.contains("http://") && !page.contains("https://"))
    }

    @Test func `failed items are all there, the others up to the number that is asked for`() throws {
        let fixture = try CommandFixture()
        try fixture.write(
            """
            version: 1
            steps:
              - id: each
                foreach: { items: "${{ range(700) | list }}", on_error: continue }
                check: { that: "item % 2 == 0", message: "${{ item }} is odd" }
            """, to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml", "-q").status == 2)
        func items(_ arguments: String...) throws -> (failed: Int, all: Int, page: String) {
            let started = try fixture.start(["runs", "report", "-o", "-"] + arguments)
            let page = try started.finish().output
            return (page.matches(of: /class="why"/).count, page.matches(of: /<details class="item"/).count, page)
        }
        let usual = try items()
        #expect(usual.failed == 350 && usual.all == 550)
        #expect(usual.page.contains("150 more items left out, none of which failed: `--items` shows more."))
        #expect(usual.page.contains("<span class=\"faint\">check, 700 items, 350 failed</span>"))
        let few = try items("--items", "0")
        #expect(few.failed == 350 && few.all == 350)
        let all = try items("--items", "1000")
        #expect(all.all == 700 && !all.page.contains("left out"))
    }

    @Test func `the page has the run's name where no file is named, and errors are a sentence`() throws {
        let fixture = try CommandFixture()
        #expect(try fixture.run("runs", "report").status == 65)
        try fixture.write("version: 1\nsteps: [{ id: a, set: { x: 1 } }]\n", to: "w.yaml")
        #expect(try fixture.run("run", "w.yaml", "-q").status == 0)
        let id = try #require(try fixture.run("runs", "--ids").lines.first)
        #expect(try fixture.run("runs", "report", String(id.suffix(4))).output == "report-\(id).html\n")
        #expect(fixture.exists("report-\(id).html"))
        let missing = try fixture.run("runs", "report", "-o", "none/r.html")
        #expect(missing.status == 1)
        #expect(missing.errors.hasPrefix("nightjar: the report cannot be written to none/r.html: "))
        #expect(try fixture.run("runs", "report", "--items", "-1").status == 64)
        #expect(try fixture.run("runs", "report", "-o", "").status == 64)
        #expect(try fixture.run("runs", "report", "zzzz").status == 65)
    }

    @Test func `the page is legible on wide and narrow screens, light and dark`() throws {
        guard Browser.executable != nil else {
            print("skipped: chromium is not installed")
            return
        }
        let fixture = try project()
        #expect(try fixture.run("runs", "report", "-o", "r.html").status == 0)
        if let folder = ProcessInfo.processInfo.environment["NIGHTJAR_KEEP_PICTURES"] {
            try fixture.text(of: "r.html").write(
                to: URL(filePath: folder).appending(path: "r.html"), atomically: true, encoding: .utf8)
        }
        let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "harness.html")
        let harness = try fixture.write(try String(contentsOf: source, encoding: .utf8), to: "harness.html")
        for width in [390, 1280] {
            for isDark in [false, true] {
                let address = try #require(URL(string: "\(harness.absoluteString)#\(width),r.html"))
                let data = try #require(try Browser.findings(of: address, dark: isDark))
                let found = try Value(json: String(decoding: data, as: UTF8.self))
                let name = "\(width), dark: \(isDark): \(found.json(.compact).prefix(2000))"
                #expect(found["width"] == .integer(width), "\(name)")
                #expect((found["folded"]?.integer ?? 0) > 10, "\(name)")
                for list in ["cut", "overlapping", "faint", "outside"] { #expect(found[list] == [], "\(list) \(name)") }
                #expect(found["scripts"] == 0 && found["images"] == 0 && found["requests"] == 0, "\(name)")
                #expect(found["bars"] == true, "\(name)")
                #expect(
                    found["levels"]?.list?.first == 1
                        && found["levels"]?.list?.dropFirst().allSatisfy { $0 == 2 } == true)
                #expect(
                    found["background"]?.string == (isDark ? "rgb(15, 18, 22)" : "rgb(255, 255, 255)"), "\(name)")
            }
        }
    }
}
