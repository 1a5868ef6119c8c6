import Foundation
import History
import Jinja
import OrderedCollections

/// The steps with their time as a picture, and the items of loops.
extension RunReport {
    /// The time that a picture shows.
    struct Span {
        var start: Date
        var seconds: Double

        /// Of some steps, from the first that began to the last that ended.
        init(_ steps: [StepPart]) {
            start = steps.map(\.record.started).min() ?? .distantPast
            let end = steps.map { $0.record.started.addingTimeInterval(Self.seconds($0.record)) }.max() ?? start
            seconds = max(end.timeIntervalSince(start), 0.001)
        }

        /// How long a step took, or is at work.
        static func seconds(_ step: StepRecord) -> Double {
            step.seconds ?? (step.state == .running ? max(Date().timeIntervalSince(step.started), 0) : 0)
        }

        func percent(_ seconds: Double) -> Double { min(max(seconds / self.seconds, 0), 1) * 100 }
    }

    var stepsSection: HTML {
        guard !steps.isEmpty else { return Self.section("Steps", [Self.note("No step has begun.")]) }
        let span = Span(steps)
        let note = Self.note(
            "From the first step to the last: \(Figures.duration(span.seconds)). A step opens to what it gave.")
        return Self.section("Steps", [note] + steps.map { Self.row($0, in: span) })
    }

    /// A section for each loop outside of others.
    var loopSections: [HTML] {
        steps.compactMap { part in
            part.loop.map { Self.section("Items of \(part.record.path)", Self.items($0)) }
        }
    }

    private static func row(_ part: StepPart, in span: Span) -> HTML {
        let step = part.record
        let begin = span.percent(step.started.timeIntervalSince(span.start))
        // What took no time is still to be seen.
        let width = max(span.percent(Span.seconds(step)), 0.6)
        let place = min(begin, 100 - width)
        let bar = HTML.element(
            "span", [("class", "track"), ("aria-hidden", "true")],
            [
                .element(
                    "span",
                    [
                        ("class", "bar \(step.state.rawValue)"),
                        ("style", "left:\(percent(place));width:\(percent(width))"),
                    ])
            ])
        var words = [step.kind]
        if step.attempt > 1 { words.append("attempt \(step.attempt)") }
        if let loop = part.loop {
            words.append(Figures.count(loop.total, "item"))
            if let failed = loop.counts[.failed] { words.append("\(failed) failed") }
        }
        return .element(
            "details", [("class", "step")],
            [
                .element(
                    "summary", [],
                    [
                        .element(
                            "span", [("class", "name")],
                            [
                                .element("strong", [], [.text(step.path)]), " ",
                                .element("span", [("class", "faint")], [.text(words.joined(separator: ", "))]),
                            ]), " ", bar, " ",
                        .element(
                            "span", [("class", "end")],
                            [
                                ReportValues.badge(step.state.rawValue), " ",
                                .text(step.seconds.map(Figures.duration) ?? ""),
                            ]),
                    ]),
                .element("div", [("class", "inside")], inside(part)),
            ])
    }

    private static func percent(_ number: Double) -> String {
        "\((number * 100).rounded() / 100)%"
    }

    /// What a step opens to.
    private static func inside(_ part: StepPart) -> [HTML] {
        let step = part.record
        var parts: [HTML] = []
        if let error = step.error { parts.append(Self.error(error)) }
        let output = step.output.flatMap { try? Value(json: $0) }
        parts += part.calls.enumerated().map { call($1, number: part.calls.count > 1 ? $0 + 1 : nil) }
        if let loop = part.loop {
            let counts = ItemState.allCases.compactMap { state in loop.counts[state].map { "\($0) \(state.rawValue)" } }
            parts.append(note("Items: " + counts.joined(separator: ", ") + "."))
            // The items of loops outside of others have sections of their own.
            if step.item != nil { parts += items(loop) }
        } else if !part.calls.isEmpty {
            parts += repairs(output)
        } else if step.kind != "steps", let output, output != [:] {
            parts.append(label("Output"))
            parts.append(ReportValues.data(output))
        }
        return parts.isEmpty ? [note("Nothing more is recorded of it.")] : parts
    }

    /// What had to be mended in an answer.
    private static func repairs(_ output: Value?) -> [HTML] {
        ["repairs", "errors"].compactMap { key in
            guard let list = output?[key]?.list, !list.isEmpty else { return nil }
            return .joined([
                label(key == "repairs" ? "Mended in the answer" : "Wrong in the answer"),
                .element("ul", [], list.map { .element("li", [], [.text($0.string ?? $0.json(.compact))]) }),
            ])
        }
    }

    static func label(_ text: String) -> HTML {
        .element("p", [("class", "label")], [.text(text)])
    }

    private static func items(_ loop: Loop) -> [HTML] {
        var parts = loop.items.map(item)
        if loop.failedLeftOut > 0 {
            parts.append(
                note(
                    "\(Figures.count(loop.failedLeftOut, "more failed or interrupted item")) left out: `nightjar runs items` tells them."
                ))
        }
        if loop.othersLeftOut > 0 {
            parts.append(
                note(
                    "\(Figures.count(loop.othersLeftOut, "more item")) left out, none of which failed: `--items` shows more."
                ))
        }
        return parts
    }

    private static func item(_ part: ItemPart) -> HTML {
        let item = part.record
        let name = item.label ?? item.key ?? ""
        let inner = item.failures == .none ? nil : "Something in it failed."
        let reason = (item.error?.message ?? inner).map { $0.clipped(to: 400) }
        let error = reason.map { HTML.element("span", [("class", "why")], [.text($0)]) } ?? ""
        let isTimed = item.state != .pending && item.state != .reused
        var inside: [HTML] = []
        if let key = item.key, key != name {
            inside.append(ReportValues.pairs([("key", ReportValues.data(.string(key)))]))
        }
        let span = Span(part.steps)
        inside += part.steps.map { row($0, in: span) }
        if part.steps.isEmpty, let output = item.output {
            inside += [label("Output"), ReportValues.data(output)]
        }
        if inside.isEmpty { inside.append(note("Nothing more is recorded of it.")) }
        return .element(
            "details", [("class", "item")],
            [
                .element(
                    "summary", [],
                    [
                        .element(
                            "span", [("class", "name")],
                            [
                                .element("span", [("class", "faint")], [.text("\(item.index)")]), " ",
                                .element("strong", [], [.text(name)]), " ", error,
                            ]), " ",
                        .element(
                            "span", [("class", "end")],
                            [
                                ReportValues.badge(item.state.rawValue), " ",
                                .text(isTimed ? item.seconds.map(Figures.duration) ?? "" : ""),
                            ]),
                    ]),
                .element("div", [("class", "inside")], inside),
            ])
    }
}
