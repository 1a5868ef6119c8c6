package import Foundation
import Jinja
import OrderedCollections

/// A chat template as Ollama keeps it with a model, rendered by Ollama's rules.
package struct OllamaTemplate: Sendable {
    private let nodes: [GoTemplateNode]
    private let model: String
    package let source: String

    /// - Parameter model: The model's name, for messages.
    package init(_ source: String, model: String) throws(EngineError) {
        self.source = source
        self.model = model
        do {
            var nodes = try GoTemplateParser.nodes(of: source)
            // The answer's place, where a template does not name it, is its end.
            if !nodes.uses(field: "Messages"), !nodes.uses(field: "Response") {
                nodes += try GoTemplateParser.nodes(of: "{{ .Response }}")
            }
            self.nodes = nodes
        } catch {
            throw EngineError(
                .modelUnsupported,
                "Ollama's template of \(model) cannot be read (\(error.message)): give the model a `chat_template` in the "
                    + "configuration, or ask it through Ollama.")
        }
    }

    /// The prompt's text, up to where the model's answer begins.
    package func render(
        _ messages: [ChatMessage], thinking: Thinking?, now: Date
    ) throws(EngineError) -> String {
        do {
            return try nodes.uses(field: "Messages")
                ? whole(messages, thinking, now) : turns(Self.collated(messages), now)
        } catch {
            throw EngineError(.modelUnsupported, "Ollama's template of \(model) fails: \(error.message).")
        }
    }

    private func whole(_ messages: [ChatMessage], _ thinking: Thinking?, _ now: Date) throws(GoTemplateError) -> String
    {
        let turns = Self.collated(messages)
        let system = turns.filter { $0.role == .system }.map(\.content).joined(separator: "\n\n")
        return try GoTemplateRenderer.render(
            nodes,
            [
                "System": .string(system), "Prompt": "", "Response": "", "Tools": .list([]),
                "Messages": .list(turns.map { ["Role": .string($0.role.rawValue), "Content": .string($0.content)] }),
                "Think": .boolean(thinking.map { $0 != .off } ?? false), "IsThinkSet": .boolean(thinking != nil),
                "ThinkLevel": .string(thinking?.effort ?? ""),
            ], now: now)
    }

    /// Templates that know no list of messages are rendered for each turn, the last one up to the answer's place.
    private func turns(_ messages: [ChatMessage], _ now: Date) throws(GoTemplateError) -> String {
        var text = ""
        var (system, prompt, response) = ("", "", "")
        func data() -> Mapping {
            ["System": .string(system), "Prompt": .string(prompt), "Response": .string(response)]
        }
        for message in messages {
            let isNext =
                message.role == .system ? !(prompt + response).isEmpty : message.role == .user && !response.isEmpty
            if isNext {
                text += try GoTemplateRenderer.render(nodes, data(), now: now)
                (system, prompt, response) = ("", "", "")
            }
            switch message.role {
            case .system: system = message.content
            case .user: prompt = message.content
            case .assistant: response = message.content
            }
        }
        return text + (try GoTemplateRenderer.render(nodes.cut(before: "Response").nodes, data(), now: now)) + response
    }

    /// Messages of one role in a row are one, with a blank line between them.
    private static func collated(_ messages: [ChatMessage]) -> [ChatMessage] {
        messages.reduce(into: []) { turns, message in
            if let last = turns.indices.last, turns[last].role == message.role {
                turns[last].content += "\n\n" + message.content
            } else {
                turns.append(message)
            }
        }
    }
}
