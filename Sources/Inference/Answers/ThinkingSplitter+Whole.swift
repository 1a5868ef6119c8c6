import Foundation

extension ThinkingSplitter {
    /// The parts of a whole text; also of one whose opening tag stood in the prompt.
    package static func parts(of text: String) -> Parts {
        var splitter = ThinkingSplitter()
        var parts = splitter.append(text)
        let rest = splitter.finish()
        parts.reasoning += rest.reasoning
        parts.answer += rest.answer
        // Data may speak of such tags.
        guard parts.reasoning.isEmpty, let first = text.first(where: { !$0.isWhitespace }), !"{[\"`".contains(first)
        else { return parts }
        for (opener, closer) in ThinkingTags.texts {
            guard let end = text.range(of: closer, options: .literal), !text[..<end.lowerBound].contains(opener) else {
                continue
            }
            return Parts(
                reasoning: String(text[..<end.lowerBound]),
                answer: String(text[end.upperBound...].drop(while: \.isWhitespace)))
        }
        return parts
    }
}
