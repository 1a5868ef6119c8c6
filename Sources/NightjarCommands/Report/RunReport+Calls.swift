import History
import Jinja
import OrderedCollections

/// Model calls: what was asked, and what was answered.
extension RunReport {
    /// - Parameter number: which call of its step it is, where there are several.
    static func call(_ call: CallRecord, number: Int?) -> HTML {
        let result = call.result
        var parts: [HTML] = [
            .element(
                "p", [("class", "label")],
                [
                    .text(number.map { "Model call \($0)" } ?? "Model call"), " ",
                    ReportValues.badge(call.state.rawValue),
                ])
        ]
        if let error = call.error { parts.append(Self.error(error)) }
        parts += messages(call.call.messages)
        if let reasoning = result.reasoning, !reasoning.isEmpty {
            parts.append(folded("Reasoning", ReportValues.block(reasoning)))
        }
        if let response = result.response {
            parts.append(message("answer", ReportValues.block(response)))
        }
        parts.append(ReportValues.pairs(facts(of: call)))
        if let schema = call.call.schema { parts.append(folded("Schema", ReportValues.data(schema))) }
        return .element("div", [("class", "call")], parts)
    }

    private static func facts(of call: CallRecord) -> [(String, HTML)] {
        let result = call.result
        var facts: [(String, HTML)] = [("model", .text(result.model ?? call.call.model))]
        if let digest = result.digest { facts.append(("digest", .text(digest))) }
        if let passedOver = result.passedOver { facts.append(("passed over", ReportValues.data(passedOver))) }
        if let sampler = (try? Value(json: call.call.sampler))?.mapping, !sampler.isEmpty {
            let settings = sampler.map { "\($0) \($1.string ?? $1.json(.compact))" }.joined(separator: ", ")
            facts.append(("sampler", .text(settings)))
        }
        if let seed = result.seed { facts.append(("seed", .text("\(seed)"))) }
        if result.promptTokens != nil || result.generatedTokens != nil {
            let prompt = grouped(result.promptTokens ?? 0)
            facts.append(
                ("tokens", .text("\(prompt) in the prompt, \(grouped(result.generatedTokens ?? 0)) in the answer")))
        }
        if let seconds = call.seconds {
            let parts = result.seconds.map {
                [("waiting", $0.wait), ("loading", $0.load), ("prompt", $0.prompt), ("answer", $0.generation)]
                    .filter { $0.1 >= 0.05 }.map { "\($0.0) \(Figures.duration($0.1))" }.joined(separator: ", ")
            }
            let detail = parts.map { $0.isEmpty ? "" : " (\($0))" } ?? ""
            facts.append(("time", .text(Figures.duration(seconds) + detail)))
        }
        if let reason = result.finishReason { facts.append(("ended by", .text(reason))) }
        return facts
    }

    /// The messages by who says them.
    private static func messages(_ json: String) -> [HTML] {
        guard let list = (try? Value(json: json))?.list else { return [message("prompt", ReportValues.block(json))] }
        return list.map { entry in
            let content = entry["content"]
            let shown = content?.string.map(ReportValues.block) ?? ReportValues.data(content ?? entry)
            return message(entry["role"]?.string ?? "message", shown)
        }
    }

    private static func message(_ role: String, _ content: HTML) -> HTML {
        .element("div", [("class", "message")], [.element("p", [("class", "role")], [.text(role)]), content])
    }

    private static func folded(_ title: String, _ content: HTML) -> HTML {
        .element("details", [("class", "folded")], [.element("summary", [], [.text(title)]), content])
    }
}
