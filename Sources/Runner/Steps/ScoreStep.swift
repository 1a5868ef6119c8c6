import Jinja
import OrderedCollections
import Workflow

extension ScoreStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping { try score(context) }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        StepPreview(lines: ["compares an answer"], result: try score(context))
    }

    private func score(_ view: some StepView) throws -> Mapping {
        var score = try Score(
            of: try view.value(answer), expected: try expected.map(view.value), schema: try schema.map(view.value),
            looksForData: condition != nil)
        if let isValid, !(try view.isMet(isValid)), score.isValid {
            score.problems.append("it is not what its step asked for")
        }
        let objection = score.isValid ? try objection(to: score, view) : nil
        return [
            "right": .boolean(score.isValid && objection == nil && score.isExpected(atLeast: atLeast)),
            "valid": .boolean(score.isValid),
            "exact": score.isExact.map { .boolean($0) } ?? .null,
            "similarity": score.similarity.map { .number(($0 * 10_000).rounded() / 10_000) } ?? .null,
            "fields": .mapping(score.fields),
            "answer": score.answer,
            "errors": .list((score.problems + [objection].compactMap(\.self)).map { .string($0) }),
        ]
    }

    /// Why the answer is not right by `check`. One that lacks what is spoken of there is as wrong as any other.
    private func objection(to score: Score, _ view: some StepView) throws -> String? {
        guard let condition else { return nil }
        var names = view.names
        names["answer"] = score.answer
        names["expected"] = score.expected ?? .null
        do throws(Diagnostic) {
            guard !(try condition.isMet(names, environment: view.environment)) else { return nil }
            return "this does not hold: \(condition.source)"
        } catch {
            return "`check` cannot be answered: \(error.message)"
        }
    }
}
