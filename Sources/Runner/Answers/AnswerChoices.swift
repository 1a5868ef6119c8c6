import Foundation
import Inference
import Jinja

/// The texts of which an answer has to be one; any text will do where there are none.
package struct AnswerChoices: Sendable {
    private let choices: [String]

    package init(_ choices: [String]) {
        self.choices = choices
    }

    /// The choice that an answer is, or the answer without white space at its ends.
    package func chosen(by answer: String) -> AnswerData {
        let text = answer.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !choices.isEmpty, !choices.contains(text) else { return AnswerData(.string(text)) }
        // White space that belongs to a choice was taken off.
        if let choice = choices.first(where: { $0.trimmingCharacters(in: .whitespacesAndNewlines) == text }) {
            return AnswerData(.string(choice))
        }
        let schema = try? AnswerSchema(["enum": .list(choices.map { .string($0) })])
        if let data = schema?.data(in: answer), data.isValid { return data }
        return AnswerData(problem: "it is none of \(choices.map { Value.string($0).json() }.joined(separator: ", "))")
    }
}
