import Inference

/// A fault of a server, and how a call to it ends.
struct FaultCase: Sendable, CustomStringConvertible {
    enum Ending: Sendable, Equatable {
        /// The whole answer, as if nothing were wrong.
        case answer
        /// An answer that says it is cut.
        case cut
        /// Something else than the whole answer, but an answer.
        case other(String)
        case error(EngineError.Code)
        /// Whole, or broken where the end of the connection overtakes the last line: never a part as if it were whole.
        case answerOrBroken
    }

    enum API: String, Sendable, CaseIterable {
        case ollama, openai
    }

    let fault: String
    let ending: Ending
    var apis: [API] = API.allCases
    /// A part of the sentence that the user reads.
    var sentence: String?
    /// How the second call ends, where the fault passes.
    var then: Ending?
    var hasLongPrompt = false
    var hasSchema = false

    var description: String { fault }

    static let all: [FaultCase] = [
        FaultCase(fault: "good", ending: .answer),
        FaultCase(fault: "reset-before-head", ending: .error(.unreachable), sentence: "without an answer"),
        FaultCase(fault: "half-head", ending: .error(.unreachable)),
        FaultCase(fault: "reset-before-body", ending: .error(.answerBroken), sentence: "broke off"),
        FaultCase(fault: "reset-mid-line", ending: .error(.answerBroken), sentence: "broke off"),
        FaultCase(fault: "reset-after-token", ending: .error(.answerBroken), sentence: "broke off"),
        FaultCase(
            fault: "close-without-finish", ending: .error(.answerBroken), sentence: "without saying that it was done"),
        FaultCase(fault: "half-line-end", ending: .error(.answerBroken), sentence: "no JSON"),
        FaultCase(fault: "split-utf8", ending: .answer),
        FaultCase(fault: "byte-by-byte", ending: .answer),
        FaultCase(fault: "html-200", ending: .error(.answerBroken), sentence: "text/html"),
        FaultCase(fault: "not-json", ending: .error(.answerBroken)),
        FaultCase(fault: "500-then-good", ending: .error(.engineFailed), then: .answer),
        FaultCase(fault: "502-then-good", ending: .error(.busy), then: .answer),
        FaultCase(fault: "503-then-good", ending: .error(.busy), then: .answer),
        FaultCase(fault: "504-then-good", ending: .error(.busy), then: .answer),
        FaultCase(fault: "429-retry-after", ending: .error(.busy), then: .answer),
        FaultCase(fault: "429-retry-date", ending: .error(.busy), then: .answer),
        FaultCase(fault: "429-long", ending: .error(.busy)),
        FaultCase(fault: "always-503", ending: .error(.busy)),
        FaultCase(fault: "always-500", ending: .error(.engineFailed)),
        FaultCase(fault: "bad-request", ending: .error(.invalidRequest)),
        FaultCase(fault: "unauthorized", ending: .error(.unauthorized), sentence: "token"),
        FaultCase(fault: "forbidden", ending: .error(.unauthorized)),
        FaultCase(fault: "model-missing", ending: .error(.modelNotFound)),
        FaultCase(fault: "overflow", ending: .error(.promptTooLong)),
        FaultCase(fault: "hang-before-head", ending: .error(.timedOut), sentence: "limits.first_token"),
        FaultCase(fault: "hang-before-token", ending: .error(.timedOut), sentence: "limits.first_token"),
        FaultCase(fault: "hang-between-tokens", ending: .error(.timedOut), sentence: "limits.between_tokens"),
        FaultCase(fault: "pings-forever", ending: .error(.timedOut), sentence: "limits.first_token"),
        FaultCase(fault: "drip", ending: .error(.timedOut)),
        FaultCase(fault: "endless-tokens", ending: .cut),
        FaultCase(fault: "error-in-stream", ending: .error(.engineFailed), sentence: "in the middle"),
        FaultCase(fault: "error-event", ending: .error(.engineFailed), apis: [.openai]),
        FaultCase(fault: "error-chunk-openai", ending: .error(.engineFailed), apis: [.openai]),
        FaultCase(fault: "huge-line", ending: .error(.answerBroken), sentence: "16 MiB"),
        FaultCase(fault: "huge-header", ending: .answer),
        FaultCase(fault: "schema-ignored", ending: .other("prose"), hasSchema: true),
        FaultCase(fault: "json-in-reasoning", ending: .other("JSON"), hasSchema: true),
        FaultCase(fault: "reasoning-only", ending: .error(.answerEmpty), sentence: "thought, and then said nothing"),
        FaultCase(fault: "empty", ending: .other("")),
        FaultCase(
            fault: "truncated-prompt", ending: .error(.promptCut), sentence: "evaluated 16 tokens", hasLongPrompt: true),
        FaultCase(fault: "wrong-model", ending: .error(.modelChanged), sentence: "raven"),
        FaultCase(fault: "finish-length", ending: .cut),
        FaultCase(fault: "null-fields", ending: .answer),
        FaultCase(fault: "done-missing", ending: .answerOrBroken),
        FaultCase(fault: "extra-after-done", ending: .answer),
        FaultCase(fault: "short-body", ending: .answerOrBroken),
        FaultCase(fault: "gzip", ending: .error(.answerBroken), sentence: "gzip"),
        FaultCase(fault: "crlf-lines", ending: .answer),
        FaultCase(fault: "redirect-public", ending: .error(.refused), sentence: "not followed"),
        FaultCase(fault: "redirect-local", ending: .error(.refused), sentence: "not followed"),
        FaultCase(fault: "token-echo", ending: .error(.unauthorized), sentence: "***"),
        FaultCase(fault: "bad-models", ending: .error(.answerBroken)),
        FaultCase(fault: "bad-version", ending: .answer),
        FaultCase(fault: "tool-call", ending: .error(.answerBroken), sentence: "tool", apis: [.openai]),
        FaultCase(fault: "content-filter", ending: .error(.answerBroken), sentence: "content_filter"),
        FaultCase(fault: "two-choices", ending: .answer),
        FaultCase(fault: "keep-alive-close", ending: .answer, then: .answer),
        FaultCase(fault: "slow-head", ending: .answer),
        FaultCase(fault: "negative-tokens", ending: .answer),
        FaultCase(fault: "nan-numbers", ending: .error(.answerBroken)),
        FaultCase(fault: "deep-json", ending: .error(.answerBroken)),
    ]

    private init(
        fault: String, ending: Ending, sentence: String? = nil, then: Ending? = nil, apis: [API] = API.allCases,
        hasLongPrompt: Bool = false, hasSchema: Bool = false
    ) {
        self.fault = fault
        self.ending = ending
        self.apis = apis
        self.sentence = sentence
        self.then = then
        self.hasLongPrompt = hasLongPrompt
        self.hasSchema = hasSchema
    }
}
