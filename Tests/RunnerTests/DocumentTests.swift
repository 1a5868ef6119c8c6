import Foundation
import History
import Jinja
import OrderedCollections
import PythonSupport
import Testing

@testable import Runner

/// What `read` makes of files that are no plain text.
@Suite struct DocumentTests {
    private static func isHere(_ program: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }

    private func withDocuments(_ program: String, _ body: (ProjectFolder) async throws -> Void) async throws {
        guard Self.isHere(program), Python.executable != nil else {
            print("skipped: \(program) or Python is not here")
            return
        }
        try await ProjectFolder.with { project in
            try project.write("", to: "documents/none.txt")
            let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Documents/make.py")
            let made = try Python.run(script, [project.url.appending(path: "documents").path])
            #expect(made?.status == 0)
            try await body(project)
        }
    }

    @Test(arguments: [
        (String.Encoding.utf16LittleEndian, [UInt8]([0xFF, 0xFE]), "utf-16le", 0),
        (.utf16BigEndian, [0xFE, 0xFF], "utf-16be", 0), (.utf16LittleEndian, [], "utf-16le", 1),
        (.utf32LittleEndian, [0xFF, 0xFE, 0, 0], "utf-32le", 0), (.utf8, [0xEF, 0xBB, 0xBF], "utf-8", 0),
        (.windowsCP1252, [], "windows-1252", 1),
    ])
    func `text in another encoding is read, with a warning where it was guessed`(
        encoding: String.Encoding, mark: [UInt8], name: String, warnings: Int
    ) async throws {
        try await ProjectFolder.with { project in
            let text = "Grüße für 5 €,\r\nund mehr"
            try project.write(Data(mark) + (try #require(text.data(using: encoding))), to: "a.txt")
            let value = try await project.value(
                of: "[steps.a.text, steps.a.encoding, steps.a.warnings | length]",
                after: "  - id: a\n    read: a.txt")
            #expect(value == [.string(text), .string(name), .integer(warnings)])
        }
    }

    @Test(arguments: [
        ("a.png", [UInt8]([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A]), "image/png"),
        ("a.JPG", [0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg"), ("a.webp", Array("RIFF0000WEBP".utf8), "image/webp"),
    ])
    func `a picture is known by what it begins with, and has no text`(
        name: String, bytes: [UInt8], type: String
    ) async throws {
        try await ProjectFolder.with { project in
            let bytes = bytes + Array(repeating: 1, count: 40)
            try project.write(Data(bytes), to: name)
            let value = try await project.value(
                of: "[steps.a.type, steps.a.text, steps.a.bytes]", after: "  - id: a\n    read: \(name)")
            #expect(value == [.string(type), "", .integer(bytes.count)])
            try project.write(Data(bytes.prefix(8)), to: name)
            let error = try await project.failure(of: "  - id: a\n    read: \(name)")
            #expect(error?.message == "\(name) is no PNG, JPEG, GIF or WebP picture")
        }
    }

    @Test func `pages of other times and tools are read as browsers read them`() async throws {
        try await ProjectFolder.with { project in
            let page = """
                <?xml version="1.0"?><html><head><title/></head><body><h2><a><div>Head</div></a></h2>
                <ul><li><p>loose</p></li><li></li></ul><p>after</p>
                <title-card>two</title-card> <style-guide>three</style-guide>
                <table><tr><th></th><th>Q1</th><th>Q2</th></tr><tr><td>a</td><td>1</td><td></td></tr></table>
                <script src=/js/>alert(1)</script><p>&Eacute;t&eacute; &hearts; a&#150;b &#0;</p>
                """
            try project.write(page, to: "a.html")
            let value = try await project.value(of: "steps.a.text", after: "  - id: a\n    read: a.html")
            #expect(
                value == """
                    ## Head

                    - loose

                    after

                    two three

                    | Q1 | Q2
                    a | 1 |

                    Été ♥ a–b \u{FFFD}
                    """, "\(value?.string ?? "")")
        }
    }

    @Test(arguments: [
        ("<meta charset=windows-1251>", String.Encoding.windowsCP1251, "windows-1251", "Привет"),
        ("<meta http-equiv='Content-Type' content='text/html; charset=Shift_JIS'>", .shiftJIS, "shift_jis", "日本"),
        ("<?xml version='1.0' encoding='iso-8859-2'?>", .isoLatin2, "iso-8859-2", "Łódź"),
    ])
    func `a page is in the encoding that it declares`(
        head: String, encoding: String.Encoding, name: String, text: String
    ) async throws {
        try await ProjectFolder.with { project in
            try project.write(try #require((head + "<p>\(text)</p>").data(using: encoding)), to: "a.html")
            let value = try await project.value(
                of: "[steps.a.text, steps.a.encoding, steps.a.warnings]", after: "  - id: a\n    read: a.html")
            #expect(value == [.string(text), .string(name), []])
        }
    }

    @Test func `what is no regular file fails its item, and JSON in lines ends at line ends only`() async throws {
        try await ProjectFolder.with { project in
            mkfifo(project.url.appending(path: "pipe.txt").path, 0o600)
            try project.write("{\"t\": \"a\u{2028}b\"}\r\n{\"t\": \"c\u{85}d\"}\n", to: "a.jsonl")
            try project.write("no rich text", to: "a.rtf")
            let outcome = try await project.run(
                """
                steps:
                  - id: a
                    foreach: { items: [pipe.txt, a.jsonl, a.rtf, /dev/zero], on_error: continue }
                    read: ${{ item }}
                outputs:
                  value: ${{ [steps.a.failed | map(attribute='error') | list, steps.a.items[0].data | map(attribute='t') | list] }}
                """)
            #expect(
                outcome.outputs["value"] == [
                    [
                        "pipe.txt is no regular file, but a pipe or a device", "a.rtf is no rtf file",
                        "/dev/zero is no regular file, but a pipe or a device",
                    ], ["a\u{2028}b", "c\u{85}d"],
                ])
        }
    }

    @Test func `scripts end where their tag does, in letters of either case`() async throws {
        try await ProjectFolder.with { project in
            let page =
                "<p>a</p><SCRIPT>x < </scr ipt> </ script></Script><p>b</p><style>p{}</STYLE ><p>c<script>never ends <p>d"
            try project.write(page, to: "a.html")
            let value = try await project.value(
                of: "steps.a.text", after: "  - id: a\n    read: a.html")
            #expect(value == "a\n\nb\n\nc")
        }
    }

    @Test func `a web page is what a person reads of it`() async throws {
        try await ProjectFolder.with { project in
            let page = """
                <!DOCTYPE html><html><head><title>The  owl &amp; I</title><style>p > b { color: red }</style>
                <script>if (a < b && c > d) document.write("<p>no</p>")</script></head>
                <body><!-- <p>no</p> --><h1>Owls</h1><p>They are <b>night</b>birds,
                and  cost &euro;5 &#8211; or&nbsp;6.</p>
                <ul><li>Barn owl<li>Snowy owl</ul><SCRIPT type='x'>no()</SCRIPT>
                <table><tr><th>Bird</th><th>Size</th></tr><tr><td>Wren</td><td>9 < 10</td></tr></table>
                <pre>a
                  b</pre><a title="x > y">link</a><p>unclosed <i>end
                """
            try project.write(page, to: "a.html")
            let value = try await project.value(
                of: "[steps.a.title, steps.a.text]", after: "  - id: a\n    read: a.html")
            #expect(
                value == [
                    "The owl & I",
                    """
                    # Owls

                    They are nightbirds, and cost €5 – or 6.

                    - Barn owl
                    - Snowy owl

                    Bird | Size
                    Wren | 9 < 10

                    a
                      b
                    link

                    unclosed end
                    """,
                ])
        }
    }

    @Test func `YAML is data`() async throws {
        try await ProjectFolder.with { project in
            try project.write("a: [1, x]\nb: { c: true }\n", to: "a.yml")
            let value = try await project.value(of: "steps.a.data", after: "  - id: a\n    read: a.yml")
            #expect(value == ["a": [1, "x"], "b": ["c": true]])
            try project.write("a: [1\nb: 2\n", to: "b.yaml")
            try await FailureCase("read: b.yaml", "bad_data", "b.yaml:").check(in: project)
        }
    }

    @Test func `a PDF is read page by page`() async throws {
        try await withDocuments("pdftotext") { project in
            let value = try await project.value(
                of: "[steps.a.pages | length, steps.a.pages[299] | trim, steps.a.warnings]",
                after: "  - id: a\n    read: documents/pages.pdf")
            #expect(value == [300, "This is page 300 of a long report.", []])
            let damaged = try await project.value(
                of: "[steps.a.pages[0] | trim, steps.a.pages[2] | trim, steps.a.warnings[0]]",
                after: "  - id: a\n    read: documents/damaged.pdf")
            #expect(damaged == ["Page 1.", "Page 3.", "the file is damaged, and some of it may be missing"])
            try project.write("%PDF-1.4 and no more", to: "broken.pdf")
            for failure in [
                FailureCase("read: documents/locked.pdf", "bad_data", "is protected by a password"),
                FailureCase("read: { path: documents/none.txt, as: pdf }", "bad_data", "is no PDF file"),
                FailureCase("read: broken.pdf", "bad_data", "broken.pdf is no PDF that can be read"),
            ] {
                try await failure.check(in: project)
            }
        }
    }

    @Test func `a Word document is read as Markdown`() async throws {
        try await withDocuments("pandoc") { project in
            let value = try await project.value(
                of: "steps.a.text | trim", after: "  - id: a\n    read: documents/letter.docx")
            #expect(value == "Dear owl, the invoice is wrong.")
            try project.write("just text", to: "text.docx")
            for failure in [
                FailureCase("read: text.docx", "bad_data", "text.docx is no docx file"),
                FailureCase("read: documents/broken.docx", "bad_data", "broken.docx is no docx file that can be read"),
            ] {
                try await failure.check(in: project)
            }
        }
    }
}
