import Inference
package import Jinja

/// The schema that an answer has to follow, whatever the engine has promised.
package struct AnswerSchema {
    private let schema: JSONSchema

    /// - Throws: ``StepFailure`` with code `bad_value` where the schema itself is wrong.
    package init(_ value: Value) throws(StepFailure) {
        do {
            schema = try JSONSchema(value)
        } catch {
            throw StepFailure(
                .badValue, "the `schema` is wrong\(error.place.isEmpty ? "" : " at \(error.place)"): \(error.message)")
        }
    }

    /// - Throws: ``StepFailure`` with code `answer_invalid`.
    package func data(in text: String) throws(StepFailure) -> Value {
        let found: Value
        do {
            found = try ExtractedJSON(from: text).value
        } catch {
            throw StepFailure(
                .answerInvalid, "the answer is not what the `schema` asks for: \(error.message): \(text.excerpt)")
        }
        let violations = schema.violations(of: found, atMost: 3)
        guard violations.isEmpty else {
            let reasons = violations.map { "\($0.path.isEmpty ? "it" : "`\($0.path)`") \($0.message)" }
                .joined(separator: "; ")
            throw StepFailure(
                .answerInvalid, "the answer is not what the `schema` asks for: \(reasons): \(text.excerpt)")
        }
        return found
    }
}

extension String {
    /// The beginning of a model's text as a message shows it.
    var excerpt: String { Value.string(count > 80 ? prefix(79) + "…" : self).json(.compact) }
}
