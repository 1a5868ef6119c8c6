import Foundation
import History
import Jinja
import OrderedCollections

extension RunReport {
    /// The whole page, which needs nothing beside it.
    var page: String {
        let summary = run.summary
        let title = "\(summary.workflow): \(summary.state.rawValue), \(Figures.moment(summary.started))"
        let head: [HTML] = [
            .void("meta", [("charset", "utf-8")]),
            .void(
                "meta",
                [
                    ("http-equiv", "Content-Security-Policy"),
                    ("content", "default-src 'none'; style-src 'unsafe-inline'"),
                ]),
            .void("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
            .void("meta", [("name", "color-scheme"), ("content", "light dark")]),
            .element("title", [], [.text(title)]),
            .style(ReportStyle.sheet),
        ]
        let main =
            [header, figures, values, stepsSection] + loopSections + [modelsSection, filesSection, textsSection]
        let footer = HTML.element(
            "footer", [],
            [.text("Run \(summary.id.text) of Nightjar \(run.process.nightjarVersion) on \(run.process.host)")])
        return HTML.document(head: head, body: [.element("main", [], [.joined(main)]), footer]).markup
    }

    private var header: HTML {
        let summary = run.summary
        var facts: [(String, HTML)] = [("started", ReportValues.moment(summary.started))]
        if let seconds = summary.seconds { facts.append(("took", .text(Figures.duration(seconds)))) }
        facts.append(("by", .text(summary.trigger)))
        if run.resumes > 0 { facts.append(("resumed", .text(Figures.count(run.resumes, "time")))) }
        if let source = run.source { facts.append(("began with", .text("results of \(source.text)"))) }
        let error = summary.error.map { Self.error($0) } ?? ""
        return .element(
            "header", [],
            [
                .element("p", [("class", "faint")], ["Nightjar run"]),
                .element("h1", [], [.text(summary.workflow), " ", ReportValues.badge(summary.state.rawValue)]),
                ReportValues.pairs(facts), error,
            ])
    }

    private var figures: HTML {
        let totals = run.summary.totals
        var figures: [(String, Int)] = []
        if totals.items > 0 {
            figures += [("items done", totals.itemsDone), ("items failed", totals.itemsFailed)]
            if totals.itemsReused > 0 { figures.append(("items reused", totals.itemsReused)) }
        }
        figures.append(("model calls", totals.calls))
        if totals.calls > 0 {
            figures += [("prompt tokens", totals.promptTokens), ("answer tokens", totals.generatedTokens)]
        }
        figures.append(("files written", totals.files))
        return .element(
            "dl", [("class", "figures")],
            figures.map { name, number -> HTML in
                let kind: String = name == "items failed" && number > 0 ? "bad" : ""
                return HTML.element(
                    "div", [("class", kind)],
                    [.element("dt", [], [.text(name)]), .element("dd", [], [.text(Self.grouped(number))])])
            })
    }

    private var values: HTML {
        let outputs =
            run.outputs.map(ReportValues.data) ?? .element("p", [("class", "faint")], ["The run has none yet."])
        return .joined([
            Self.section("Inputs", [ReportValues.data(run.inputs)]), Self.section("Outputs", [outputs]),
        ])
    }

    private var modelsSection: HTML {
        guard !models.isEmpty else { return "" }
        let rows = models.map { model -> [HTML] in
            [
                .text(model.name), .text(Self.grouped(model.calls)), .text(Self.grouped(model.failed)),
                .text(Self.grouped(model.promptTokens)), .text(Self.grouped(model.generatedTokens)),
                .text(Figures.duration(model.seconds)), .text(model.digest ?? ""),
            ]
        }
        let table = Self.table(
            "Calls by model; each call is with its step.",
            ["Model", "Calls", "Failed", "Prompt tokens", "Answer tokens", "Time", "Digest"], rows, numbers: 1...5)
        return Self.section("Models", [table])
    }

    private var filesSection: HTML {
        guard !files.isEmpty else { return "" }
        let shown = files.prefix(Self.mostFiles)
        let rows = shown.map { file -> [HTML] in
            [.text(file.path), .text(Figures.bytes(file.bytes)), .text(file.stepPath), .text(file.sha256)]
        }
        let left = files.count - shown.count
        let note: HTML =
            left > 0 ? Self.note("\(Figures.count(left, "more file")): `nightjar runs show` tells them.") : ""
        let table = Self.table("Files that steps wrote.", ["File", "Size", "Step", "SHA-256"], rows, numbers: 1...1)
        return Self.section("Files", [table, note])
    }

    private var textsSection: HTML {
        var texts = [(run.path ?? run.summary.workflow, run.workflowText)]
        texts += called.sorted { $0.key < $1.key }.map { ($0.key, $0.value.text) }
        return Self.section(
            "Workflow",
            texts.map { name, text in
                .element("details", [], [.element("summary", [], [.text(name)]), ReportValues.block(text)])
            })
    }

    private static let mostFiles = 1_000
}

extension RunReport {
    static func section(_ title: String, _ content: [HTML]) -> HTML {
        .element("section", [], [.element("h2", [], [.text(title)])] + content)
    }

    static func note(_ text: String) -> HTML {
        .element("p", [("class", "faint")], [.text(text)])
    }

    static func error(_ error: RecordedError) -> HTML {
        let shown = error.message.prefix(longestError)
        let rest = error.message.count - shown.count
        let left = rest > 0 ? " … \(rest) more characters are in the record." : ""
        return .element(
            "p", [("class", "error")],
            [.element("strong", [], [.text(error.code)]), ": ", .text(shown + left)])
    }

    private static let longestError = 4_000

    /// A table in a box of its own, which scrolls where it is too wide.
    static func table(_ caption: String, _ columns: [String], _ rows: [[HTML]], numbers: ClosedRange<Int>) -> HTML {
        let head = columns.enumerated().map { index, name in
            HTML.element(
                "th", [("scope", "col"), ("class", numbers.contains(index) ? "number" : "")], [.text(name)])
        }
        let body = rows.map { row in
            HTML.element(
                "tr", [],
                row.enumerated().map { index, cell in
                    index == 0
                        ? .element("th", [("scope", "row")], [cell])
                        : .element("td", [("class", numbers.contains(index) ? "number" : "")], [cell])
                })
        }
        let table = HTML.element(
            "table", [],
            [
                .element("caption", [], [.text(caption)]),
                .element("thead", [], [.element("tr", [], head)]), .element("tbody", [], body),
            ])
        let label =
            [("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", caption)]
            as [(StaticString, String)]
        return .element("div", label, [table])
    }

    /// `12,345`
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }
}
