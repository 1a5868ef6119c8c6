package import Inference
package import Jinja

/// The schema that an answer has to follow, whatever the engine has promised.
package struct AnswerSchema: Sendable {
    /// As it was written.
    package let value: Value
    let schema: JSONSchema

    /// - Throws: ``StepFailure`` with code `bad_value` where the schema itself is wrong.
    package init(_ value: Value) throws(StepFailure) {
        self.value = value
        do {
            schema = try JSONSchema(value)
        } catch {
            throw StepFailure(
                .badValue, "the `schema` is wrong\(error.place.isEmpty ? "" : " at \(error.place)"): \(error.message)")
        }
    }

    /// The data of an answer.
    package func data(in text: String, allowTruncated: Bool = false) -> AnswerData {
        do {
            return AnswerData(try ParsedAnswer(from: text, schema: schema, allowTruncated: allowTruncated))
        } catch {
            return AnswerData(problem: error.message)
        }
    }

    /// Brings data into the form that the schema asks for, and says what is wrong with them then.
    func fitted(_ data: AnswerData) -> AnswerData {
        guard let value = data.value else { return data }
        let answer = ParsedAnswer(value, repairs: Set(data.repairs), schema: schema)
        return AnswerData(answer)
    }
}

/// What was found in an answer.
package struct AnswerData: Sendable {
    /// `nil` where nothing was found.
    package var value: Value?
    package var repairs: [AnswerRepair] = []
    /// What is wrong, as sentences without full stops that a model can act on; empty where the data are as they should be.
    package var problems: [String] = []

    init(_ value: Value, repairs: [AnswerRepair] = []) {
        self.value = value
        self.repairs = repairs
    }

    init(problem: String) {
        problems = [problem]
    }

    init(_ answer: ParsedAnswer) {
        value = answer.value
        repairs = answer.repairs
        problems = answer.violations.prefix(5).map { "\($0.path.isEmpty ? "it" : "`\($0.path)`") \($0.message)" }
    }

    package var isValid: Bool { problems.isEmpty }

    var repairNames: Value { .list(repairs.map { .string($0.rawValue) }) }

    /// - Throws: ``StepFailure`` with code `answer_invalid` where the data are not as they should be.
    package func checked(_ text: String) throws(StepFailure) -> Value {
        guard isValid, let value else {
            throw StepFailure(
                .answerInvalid,
                "the answer is not what was asked for: \(problems.joined(separator: "; ")): \(text.excerpt)")
        }
        return value
    }
}

extension String {
    /// The beginning of a model's text as a message shows it.
    var excerpt: String {
        guard let end = index(startIndex, offsetBy: 80, limitedBy: endIndex), end < endIndex else {
            return Value.string(self).json(.compact)
        }
        return Value.string(prefix(79) + "…").json(.compact)
    }
}
