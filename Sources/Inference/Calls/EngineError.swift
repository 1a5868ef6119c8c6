/// Why a model call could not be answered: a code to act on and a sentence for the user.
package struct EngineError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable, Codable {
        /// No model of that name.
        case modelNotFound = "model_not_found"
        /// The file is not a model, is cut off or contradicts itself.
        case modelDamaged = "model_damaged"
        /// A whole model of a kind that this engine cannot run.
        case modelUnsupported = "model_unsupported"
        /// The prompt and the room for an answer do not fit the context.
        case promptTooLong = "prompt_too_long"
        case outOfMemory = "out_of_memory"
        /// The request contradicts itself or the model's abilities.
        case invalidRequest = "invalid_request"
        /// The engine failed in the middle of the work.
        case engineFailed = "engine_failed"
        /// Nothing answers there.
        case unreachable
        /// The server is there, and has too much to do at the moment.
        case busy
        /// The server may not be asked: it is outside the local network, is not to be trusted, or leads elsewhere.
        case refused
        /// The server wants a token, or another one.
        case unauthorized
        /// The engine was silent for longer than a limit allows.
        case timedOut = "timed_out"
        /// The answer broke off, or is nothing that can be read.
        case answerBroken = "answer_broken"
        /// The model has evaluated less than the whole prompt.
        case promptCut = "prompt_cut"
        /// The model thought, and gave no answer.
        case answerEmpty = "answer_empty"
        /// The model is not the one that was pinned.
        case pinMismatch = "pin_mismatch"
        /// Another model answered than was asked.
        case modelChanged = "model_changed"
        /// The engine was shut down.
        case closed
    }

    package var code: Code
    /// One sentence: what is wrong, where, and what to do.
    package var message: String
    /// How long the server asks to be left alone.
    package var retryAfter: Duration?

    package init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// Whether the same call may well succeed a little later: nobody was there, or had time.
    package var isPassing: Bool { code == .unreachable || code == .busy }

    /// Whether another engine or model may well answer what this one could not.
    package var isForAnother: Bool { ![.invalidRequest, .closed, .pinMismatch].contains(code) }

    package var description: String { message }
}
