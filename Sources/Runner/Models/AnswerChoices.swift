import Foundation
import Inference
import Jinja

/// The texts of which an answer has to be one; any text will do where there are none.
package struct AnswerChoices {
    private let choices: [String]

    package init(_ choices: [String]) {
        self.choices = choices
    }

    /// The choice that an answer is, or the answer without white space at its ends.
    /// - Throws: ``StepFailure`` with code `answer_invalid` where it is none of them.
    package func chosen(by answer: String) throws(StepFailure) -> String {
        let text = answer.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !choices.isEmpty, !choices.contains(text) else { return text }
        // Servers can be held to JSON only, and so they quote what they choose.
        let unquoted = (try? Value(json: text))?.string
        guard
            let choice = choices.first(where: {
                $0 == unquoted || $0.trimmingCharacters(in: .whitespacesAndNewlines) == text
            })
        else { throw StepFailure(.answerInvalid, "the answer is none of the `choices`: \(text.excerpt)") }
        return choice
    }
}
