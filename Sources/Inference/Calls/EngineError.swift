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
        /// The engine was shut down.
        case closed
    }

    package var code: Code
    /// One sentence: what is wrong, where, and what to do.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
