import Jinja
import OrderedCollections
import Workflow

extension SetStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        try context.value(values).mapping ?? [:]
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        let result = try context.value(values).mapping ?? [:]
        let lines = result.map { name, value in
            let text = value.json(.compact)
            return "\(name) = \(text.count > 100 ? text.prefix(99) + "…" : text)"
        }
        return StepPreview(lines: lines, result: result)
    }
}
