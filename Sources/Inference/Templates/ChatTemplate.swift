package import Foundation
import Jinja
import OrderedCollections

/// The template that a model carries for conversations, rendered by our own Jinja.
package struct ChatTemplate: Sendable {
    /// What a template gets besides the messages.
    package struct Context: Sendable {
        package var bosToken: String
        package var eosToken: String
        /// Whether the model is to think; `nil` leaves it to the template.
        package var thinking: Thinking?
        /// What `strftime_now` takes for now.
        package var now: @Sendable () -> Date

        package init(bosToken: String, eosToken: String, now: @escaping @Sendable () -> Date = { Date() }) {
            self.bosToken = bosToken
            self.eosToken = eosToken
            self.now = now
        }
    }

    private let template: Template

    /// The format of ChatML, which many models without a template of their own were trained on.
    package static let chatMLSource =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] "
        + "+ '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}"
        + "{% endif %}"

    /// - Parameter model: The model's name, for messages.
    package init(_ source: String, model: String) throws(EngineError) {
        do {
            template = try Template(source, syntax: .chatTemplate)
        } catch {
            throw EngineError(
                .modelUnsupported,
                "The chat template of \(model) cannot be read (\(error)): give the model another template, or run it "
                    + "on a server.")
        }
    }

    /// The prompt's text, up to where the model's answer begins.
    package func render(
        _ messages: [ChatMessage], context: Context, model: String
    ) throws(EngineError) -> String {
        let turns = messages.map { message -> Value in
            ["role": .string(message.role.rawValue), "content": .string(message.content)]
        }
        let names: Value = [
            "messages": .list(turns), "add_generation_prompt": .boolean(true),
            "bos_token": .string(context.bosToken), "eos_token": .string(context.eosToken),
            "tools": .null, "documents": .null,
            "strftime_now": .callable(Self.strftime(context.now)),
        ]
        guard case .mapping(var names) = names else { return "" }
        if let thinking = context.thinking {
            // Each family has its own name for it.
            for name in ["enable_thinking", "thinking"] { names[name] = .boolean(thinking != .off) }
            if let effort = thinking.effort { names["reasoning_effort"] = .string(effort) }
        }
        do {
            return try template.render(names)
        } catch  where error.code == .raised {
            throw EngineError(
                .invalidRequest, "The chat template of \(model) refuses these messages: \(error.message)")
        } catch {
            throw EngineError(.modelUnsupported, "The chat template of \(model) fails: \(error)")
        }
    }

    /// `strftime_now(format)`: the local date and time by C's rules.
    private static func strftime(_ now: @escaping @Sendable () -> Date) -> Callable {
        Callable("strftime_now") { arguments throws(CallError) in
            guard case .string(let format)? = arguments.positional.first else {
                throw CallError("strftime_now takes a format, such as \"%Y-%m-%d\".")
            }
            var seconds = time_t(now().timeIntervalSince1970.rounded(.down))
            var fields = tm()
            localtime_r(&seconds, &fields)
            // A space in front, so that an empty result can be told from one that does not fit.
            var buffer = [CChar](repeating: 0, count: 1024)
            let count = Foundation.strftime(&buffer, buffer.count, " " + format, &fields)
            guard count > 0 else { throw CallError("the format of strftime_now is too long.") }
            return .string(String(decoding: buffer[1..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
    }
}
