import Inference
import Jinja
import OrderedCollections
import Workflow

/// An answer beside what was expected.
struct Score {
    /// As it is compared: data where data are expected, or only looked for; else the text.
    private(set) var answer: Value
    private(set) var expected: Value?
    /// Why the answer is not valid.
    var problems: [String] = []

    /// - Parameter looksForData: whether data in a text are taken also where nothing says that there are some.
    /// - Throws: ``StepFailure`` with code `bad_value` where the schema itself is wrong.
    init(of answer: Value, expected: Value?, schema: Value?, looksForData: Bool) throws(StepFailure) {
        self.answer = answer
        self.expected = expected
        let schema: AnswerSchema? = if let schema { try AnswerSchema(schema) } else { nil }
        guard let text = answer.string else {
            problems = schema?.fitted(AnswerData(answer)).problems ?? []
            readExpectedText()
            return
        }
        if let schema {
            take(schema.data(in: text))
        } else if let expected {
            guard expected.string == nil else { return }
            take(try Self.data(in: text, like: expected))
        } else if looksForData {
            let found = try AnswerReader(.json).data(in: text)
            if found.isValid, let value = found.value, value.list != nil || value.mapping != nil { self.answer = value }
        }
    }

    private mutating func take(_ found: AnswerData) {
        answer = found.value ?? .null
        problems = found.problems
    }

    private static func data(in text: String, like expected: Value) throws(StepFailure) -> AnswerData {
        if expected.isNull, text.allSatisfy(\.isWhitespace) { return AnswerData(.null) }
        let found = try AnswerReader(.json).data(in: text)
        guard !found.isValid, expected.number != nil else { return found }
        let number = try AnswerReader(.number).data(in: text)
        return number.isValid ? number : found
    }

    /// Tables hold lists and mappings as JSON.
    private mutating func readExpectedText() {
        guard answer.list != nil || answer.mapping != nil, let text = expected?.string,
            let value = try? Value(json: text), value.list != nil || value.mapping != nil
        else { return }
        expected = value
    }

    var isValid: Bool { problems.isEmpty }
    var isExact: Bool? { expected.map { isValid && Similarity.isSame(answer, $0) } }
    var similarity: Double? { expected.map { isValid ? Similarity.of(answer, to: $0) : 0 } }

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
