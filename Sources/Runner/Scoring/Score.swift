import Inference
import Jinja
import OrderedCollections
import Workflow

/// An answer beside what was expected.
struct Score {
    /// As it is compared: data where there are any, else the text.
    let answer: Value
    let expected: Value?
    private(set) var problems: [String] = []
    let isValid: Bool

    /// - Throws: ``StepFailure`` with code `bad_value` where the schema itself is wrong.
    init(of answer: Value, expected: Value?, schema: Value?) throws(StepFailure) {
        self.expected = expected
        let schema: AnswerSchema? = if let schema { try AnswerSchema(schema) } else { nil }
        // An answer that is text holds the data where data are what it is compared with.
        let wantsData = schema != nil || (expected != nil && expected?.string == nil)
        if wantsData, let text = answer.string {
            let found = try Score.data(in: text, schema)
            self.answer = found.value ?? .null
            problems = found.problems
        } else {
            self.answer = answer
            problems = schema?.fitted(AnswerData(answer)).problems ?? []
        }
        isValid = problems.isEmpty
    }

    private static func data(in text: String, _ schema: AnswerSchema?) throws(StepFailure) -> AnswerData {
        var reader = AnswerReader(.json)
        reader.schema = schema
        return try reader.data(in: text)
    }

    var isExact: Bool? { expected.map { Similarity.isSame(answer, $0) } }
    var similarity: Double? { expected.map { Similarity.of(answer, to: $0) } }

    /// For each key of an expected mapping, whether it is the same.
    var fields: Mapping {
        guard let expected = expected?.mapping else { return [:] }
        var fields: Mapping = [:]
        for (key, value) in expected {
            fields[key] = .boolean(answer.mapping?[key].map { Similarity.isSame($0, value) } ?? false)
        }
        return fields
    }

    /// Whether the answer is what was expected, or similar enough.
    func isExpected(atLeast share: Double?) -> Bool {
        guard let expected else { return true }
        guard let share else { return Similarity.isSame(answer, expected) }
        return Similarity.of(answer, to: expected) >= share
    }
}
