import Foundation
import Inference
import Jinja
import LocalNetwork
import OrderedCollections

extension ServerConnection {
    /// What a failure of the connection means for a model call.
    func engineError(_ failure: HTTPFailure) -> EngineError {
        let what = masked(failure.message)
        let name = settings.name
        switch failure.code {
        case .refused:
            return EngineError(
                .refused,
                "The engine \(name) is not asked: \(what); set `allow_remote: true` on it in the configuration if prompts may leave your network."
            )
        case .notTrusted:
            return EngineError(.refused, "The engine \(name) is not asked: \(what), with `ca_file` on the engine.")
        case .unknownHost, .notConnected:
            return EngineError(.unreachable, "The engine \(name) cannot be reached: \(what); is the server running?")
        case .endedBeforeAnswer: return EngineError(.unreachable, "The engine \(name) gave no answer: \(what).")
        case .silent: return EngineError(.timedOut, "The engine \(name) gave no answer: \(what).")
        case .brokenAnswer, .tooLarge, .endless: return broken(what)
        }
    }

    /// The server has no tokenizer that can be asked.
    var noTokens: EngineError {
        EngineError(
            .invalidRequest,
            "\(shown) does not tell how it cuts text into tokens: split by sentences or lines, or give the step a `local/` model."
        )
    }

    /// An answer that ends too early or cannot be read.
    func broken(_ what: String) -> EngineError {
        EngineError(.answerBroken, "The answer of \(shown) is not whole: \(masked(what)).")
    }

    /// What a status that is no success means.
    func rejection(_ answer: HTTPAnswer, _ body: [UInt8]) -> EngineError {
        if (300...399).contains(answer.status) {
            let target = masked(answer.header("location") ?? "another address")
            return EngineError(
                .refused,
                "\(shown) sends on to \(target.prefix(200)), which is not followed: write the server's own address into `url`."
            )
        }
        let told = (try? Value(json: body)).flatMap(Self.message)
        let detail = told.map(masked) ?? excerpt(body)
        let said = detail.isEmpty ? "answers with status \(answer.status)" : "says: \(detail)"
        switch answer.status {
        case 401, 403:
            let advice = settings.token == nil ? "it wants a `token` in the configuration" : "is the `token` right?"
            return EngineError(.unauthorized, "\(shown) refuses the call (\(answer.status)); \(advice) It \(said).")
        case 404: return EngineError(.modelNotFound, "\(shown) \(said).")
        case 429, 502, 503, 504:
            return EngineError(
                .busy, "\(shown) is busy (\(answer.status)): it \(said).",
                retryAfter: answer.header("retry-after").flatMap { Duration(retryAfter: $0) })
        case 400...499:
            let isTooLong = (try? Value(json: body)).map(Self.isOverflow) ?? false
            return EngineError(isTooLong ? .promptTooLong : .invalidRequest, "\(shown) \(said).")
        default: return EngineError(.engineFailed, "\(shown) failed (\(answer.status)): it \(said).")
        }
    }

    /// A success that holds something else than an answer.
    func unreadable(_ answer: HTTPAnswer, _ body: [UInt8]) -> EngineError {
        let kind = answer.header("content-encoding") ?? answer.header("content-type") ?? "unknown content"
        let detail = excerpt(body)
        return EngineError(
            .answerBroken,
            "\(shown) does not answer as a model server does, but with \(kind)\(detail.isEmpty ? "" : ": \(detail)"); is `url` right?"
        )
    }

    /// An error that came in the middle of an answer with a good status.
    func failure(in value: Value) -> EngineError {
        let isTooLong = Self.isOverflow(value)
        return EngineError(
            isTooLong ? .promptTooLong : .engineFailed,
            "\(shown) failed in the middle of its answer: \(masked(Self.message(value) ?? value.json(.compact)))."
        )
    }

    /// What a server's error says: `{"error": "…"}`, `{"error": {"message": "…"}}`, `{"message": "…"}`, `{"detail": "…"}`.
    static func message(_ value: Value) -> String? {
        guard let fields = value.mapping else {
            guard let text = value.string else { return nil }
            // Ollama passes on what its runner says as it is.
            return (try? Value(json: text)).flatMap { $0.mapping == nil ? nil : message($0) } ?? text
        }
        for key in ["error", "message", "detail"] {
            if let found = fields[key], let text = message(found) { return text }
        }
        return nil
    }

    /// Whether an error is about a prompt that does not fit the context, by the names that servers give it.
    private static func isOverflow(_ value: Value) -> Bool {
        if let inner = value.mapping?["error"]?.string, let told = try? Value(json: inner), told.mapping != nil {
            return isOverflow(told)
        }
        let error = value.mapping?["error"]?.mapping ?? value.mapping ?? [:]
        let names = [error["type"]?.string, error["code"]?.string].compactMap(\.self)
        if names.contains(where: { ["exceed_context_size_error", "context_length_exceeded"].contains($0) }) {
            return true
        }
        // vLLM and Ollama have no name for it, but the words are theirs since long.
        let text = message(value)?.lowercased() ?? ""
        return text.contains("maximum context length") || text.contains("exceeds the context length")
    }

    /// The beginning of what came; masked before it is cut, so that no half of a token is left.
    private func excerpt(_ body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(8192), as: UTF8.self)
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return String(masked(words).prefix(200))
    }

    /// The same without the token, which a server may repeat, without signs that a terminal would obey, and without a
    /// full stop.
    func masked(_ text: String) -> String {
        var text = text.isPrintable ? text : String(text.map { "\($0)".isPrintable ? $0 : " " })
        if let token = settings.token, !token.isEmpty { text = text.replacing(token, with: "***") }
        while text.hasSuffix(".") || text.last?.isWhitespace == true { text.removeLast() }
        return text.count > 600 ? text.prefix(600) + "…" : text
    }
}

extension Duration {
    /// The header `Retry-After`: seconds, or a date in HTTP's form.
    init?(retryAfter text: String, now: Date = Date()) {
        let text = text.trimmingCharacters(in: .whitespaces)
        if let seconds = Int(text), seconds >= 0 {
            self = .seconds(min(seconds, 365 * 86_400))
            return
        }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let date = format.date(from: text) else { return nil }
        self = .seconds(max(0, Int(date.timeIntervalSince(now).rounded(.up))))
    }
}
