import Jinja
import OrderedCollections
import Workflow

extension ScoreStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping { try score(context) }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        StepPreview(lines: ["compares an answer"], result: try score(context))
    }

    private func score(_ view: some StepView) throws -> Mapping {
        let expected = try expected.map(view.value)
        let score = try Score(of: try view.value(answer), expected: expected, schema: try schema.map(view.value))
        var problems = score.problems
        var passes = true
        if score.isValid, let condition {
            var names = view.names
            names["answer"] = score.answer
            names["expected"] = expected ?? .null
            passes = try condition.isMet(names, environment: view.environment)
            if !passes { problems.append("this does not hold: \(condition.source)") }
        }
        return [
            "right": .boolean(score.isValid && passes && score.isExpected(atLeast: atLeast)),
            "valid": .boolean(score.isValid),
            "exact": score.isExact.map { .boolean($0) } ?? .null,
            "similarity": score.similarity.map { .number(($0 * 10_000).rounded() / 10_000) } ?? .null,
            "fields": .mapping(score.fields),
            "answer": score.answer,
            "errors": .list(problems.map { .string($0) }),
        ]
    }
}
