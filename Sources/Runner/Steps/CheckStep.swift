import Jinja
import OrderedCollections
import Workflow

extension CheckStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        try check(context)
        return [:]
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        try check(context)
        return StepPreview(lines: ["holds: \(condition?.source ?? "")"], result: [:])
    }

    private func check(_ view: some StepView) throws {
        guard let condition, !(try view.isMet(condition)) else { return }
        throw StepFailure(
            .checkFailed, try message.map(view.text) ?? "this does not hold: \(condition.source)")
    }
}
