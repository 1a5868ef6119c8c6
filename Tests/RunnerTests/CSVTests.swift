import Jinja
import OrderedCollections
import Testing

@testable import Runner

@Suite struct CSVTests {
    @Test(arguments: [
        RecordsCase("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        RecordsCase("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
        RecordsCase("a,b\r1,2", [["a", "b"], ["1", "2"]]),
        RecordsCase("a", [["a"]]),
        RecordsCase("", []),
        RecordsCase("\n\n", []),
        RecordsCase("a,,c\n,,\n", [["a", "", "c"], ["", "", ""]]),
        RecordsCase("\"a,b\",c", [["a,b", "c"]]),
        RecordsCase("\"a\nb\",c", [["a\nb", "c"]]),
        RecordsCase("\"say \"\"hi\"\"\",c", [["say \"hi\"", "c"]]),
        RecordsCase(" a , b ", [[" a ", " b "]]),
        RecordsCase("a\"b,c", [["a\"b", "c"]]),
        RecordsCase("é,🦉", [["é", "🦉"]]),
    ])
    func recordsAreReadByRFC4180(records: RecordsCase) throws {
        #expect(try CSV.records(of: records.text).map(\.fields) == records.records)
    }

    @Test(arguments: [
        BrokenTable("a,b\n1,\"open\n2,3\n", line: 2, "never closed"),
        BrokenTable("a,b\n\"x\"y,2\n", line: 2, "text follows the quote"),
        BrokenTable("a,b\n1\n", line: 2, "row 1 has 1 fields, and there are 2 columns"),
        BrokenTable("a,b\n1,2,3\n", line: 2, "3 fields"),
        BrokenTable("a,a\n1,2\n", line: 1, "two columns are called a"),
        BrokenTable("a,b\n\n\n1\n", line: 4, "1 fields"),
        BrokenTable("a,b\n\"x\ny\",2\n1\n", line: 4, "row 2 has 1 fields"),
    ])
    func aMistakeIsToldWithItsLine(table: BrokenTable) {
        let failure = #expect(throws: CSV.Failure.self) { try CSV.table(of: table.text, separator: ",") }
        #expect(failure?.line == table.line)
        #expect(failure?.message.contains(table.message) == true, "\(failure?.message ?? "")")
    }

    @Test(arguments: [
        FieldCase("12", 12), FieldCase("-3", -3), FieldCase("1.5", 1.5), FieldCase("0", 0), FieldCase("0.5", 0.5),
        FieldCase("1e3", 1000.0), FieldCase("", .null), FieldCase("007", "007"), FieldCase("-", "-"),
        FieldCase("12 owls", "12 owls"), FieldCase("true", true), FieldCase("True", "True"), FieldCase("nan", "nan"),
        FieldCase("1e999", "1e999"),
        FieldCase("0x10", "0x10"), FieldCase("12345678901234567890", "12345678901234567890"),
        FieldCase("-007", "-007"),
    ])
    func aFieldIsANumberOnlyWhereNothingIsLost(field: FieldCase) throws {
        let table = try CSV.table(of: "x,y\n\(field.text),1\n", separator: ",")
        #expect(table.rows == [["x": field.value, "y": 1]])
    }

    @Test func tabsSeparateToo() throws {
        let table = try CSV.table(of: "a\tb\n1,5\t2\n", separator: "\t")
        #expect(table.rows == [["a": "1,5", "b": 2]])
    }

    @Test(
        arguments: ["plain", "a,b", "a\tb", "say \"hi\"", "two\nlines", "two\r\nlines", " blanks ", "é🦉", "'"],
        [",", "\t"] as [Character])
    func whatIsWrittenIsReadBack(field: String, separator: Character) throws {
        let rows: [Mapping] = [["a": .string(field), "b": 1, "c": true, "d": .null, "e": 0.5]]
        let text = CSV.text(of: rows, columns: ["a", "b", "c", "d", "e"], separator: separator)
        #expect(try CSV.table(of: text, separator: separator).rows == rows.map { .mapping($0) })
    }

    @Test func tablesAreWrittenWithTabsToFilesThatSaySo() async throws {
        try await ProjectFolder.with { project in
            let rows = #"[{ a: "x\ty", b: 1 }, { a: "p,q", b: 2 }]"#
            let value = try await project.value(
                of: "steps.c.data",
                after: """
                      - id: a
                        write: { path: t.tsv, rows: \(rows) }
                      - id: b
                        write: { path: t.tsv, mode: append, rows: [{ b: 3, a: z }] }
                      - id: c
                        read: t.tsv
                    """)
            #expect(try project.text("t.tsv") == "a\tb\n\"x\ty\"\t1\np,q\t2\nz\t3\n")
            #expect(value == [["a": "x\ty", "b": 1], ["a": "p,q", "b": 2], ["a": "z", "b": 3]])
        }
    }

    @Test func valuesOtherThanTextAreWrittenAsJSON() {
        let rows: [Mapping] = [["a": 1, "b": true, "c": .null, "d": [1, "x"]], ["b": 2.5]]
        #expect(
            CSV.text(of: rows, columns: ["a", "b", "c", "d"], separator: ",") == """
                a,b,c,d
                1,true,,"[1,""x""]"
                ,2.5,,

                """)
    }
}

struct RecordsCase: Sendable {
    let text: String
    let records: [[String]]

    init(_ text: String, _ records: [[String]]) {
        self.text = text
        self.records = records
    }
}

struct BrokenTable: Sendable {
    let text: String
    let line: Int
    let message: String

    init(_ text: String, line: Int, _ message: String) {
        self.text = text
        self.line = line
        self.message = message
    }
}

struct FieldCase: Sendable {
    let text: String
    let value: Value

    init(_ text: String, _ value: Value) {
        self.text = text
        self.value = value
    }
}

/// What workflows do with large tables.
@Suite struct LargeTableTests {
    @Test func `expressions may take as many steps as a table of half a million rows needs`() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "range(3500000) | list | length", after: "  - { id: a, set: { x: 1 } }")
            #expect(value == 3_500_000)
        }
    }

    @Test func `a table with quoted line ends is read and written as it was`() async throws {
        try await ProjectFolder.with { project in
            let rows = (1...20_000).map { number in
                "\(number),\"one,\nline \"\"two\"\" of \(number)\r\nand three\",\(number).5,\(number % 2 == 0)\n"
            }
            let text = "id,note,amount,even\n" + rows.joined()
            try project.write(text, to: "in.csv")
            let value = try await project.value(
                of:
                    "[steps.a.data | length, steps.a.data | sum(attribute='amount'), steps.a.data[-1], steps.b.bytes]",
                after:
                    "  - { id: a, read: in.csv }\n  - id: b\n    write: { path: out.csv, rows: \"${{ steps.a.data }}\" }"
            )
            #expect(value?[0] == 20_000)
            #expect(value?[1] == .number(200_020_000))
            #expect(value?[2]?["even"] == true)
            #expect(value?[2]?["note"] == "one,\nline \"two\" of 20000\r\nand three")
            #expect(try project.text("out.csv") == text)
        }
    }
}
