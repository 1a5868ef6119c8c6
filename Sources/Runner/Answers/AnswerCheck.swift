import Foundation
package import Jinja

/// What the answer to a prompt has to be.
package struct AnswerCheck: Sendable {
    /// What it is held to.
    enum Subject: Sendable {
        /// Any text will do.
        case text
        case schema
        case choices
    }

    let subject: Subject
    private let schema: AnswerSchema?
    private let choices: AnswerChoices
    private let allowTruncated: Bool

    /// - Throws: ``StepFailure`` with code `bad_value` where the schema is wrong.
    package init(schema value: Value?, choices: [String], allowTruncated: Bool = false) throws(StepFailure) {
        if let value {
            schema = try AnswerSchema(value)
            subject = .schema
        } else {
            schema = nil
            subject = choices.isEmpty ? .text : .choices
        }
        self.choices = AnswerChoices(choices)
        self.allowTruncated = allowTruncated
    }

    package func data(in answer: String) -> AnswerData {
        schema?.data(in: answer, allowTruncated: allowTruncated) ?? choices.chosen(by: answer)
    }
}

extension AnswerData {
    /// The turn that sends an answer back to the model.
    func request(for subject: AnswerCheck.Subject) -> String {
        let errors = problems.map { "- \($0)" }.joined(separator: "\n")
        let wanted =
            subject == .schema ? "the whole JSON, corrected, and nothing else" : "one of them, and nothing else"
        return "Your answer is not what was asked for:\n\(errors)\nAnswer again with \(wanted)."
    }
}
