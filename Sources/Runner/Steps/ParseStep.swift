import Inference
import Jinja
import OrderedCollections
import Workflow

extension ParseStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        try parse(try context.text(text), context)
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        StepPreview(
            lines: ["takes \(format.rawValue) out of a text"], result: try parse(try context.text(text), context))
    }

    private func parse(_ text: String, _ view: some StepView) throws -> Mapping {
        var reader = AnswerReader(format)
        reader.schema = try schema.map { try AnswerSchema(try view.value($0)) }
        reader.choices = try choices.map(view.text)
        reader.pattern = pattern
        reader.section = try section.map(view.text)
        reader.language = language
        reader.allowTruncated = allowTruncated
        var found = try reader.data(in: text)
        found.problems += missing(in: found)
        if onInvalid == .fail { _ = try found.checked(text) }
        let data = found.isValid || onInvalid == .keep ? found.value ?? .null : .null
        return [
            "data": data, "exact": .boolean(found.isValid && found.repairs.isEmpty), "repairs": found.repairNames,
            "valid": .boolean(found.isValid), "errors": .list(found.problems.map { .string($0) }),
        ]
    }

    /// What is wrong by `require`.
    private func missing(in found: AnswerData) -> [String] {
        guard !require.isEmpty, let value = found.value else { return [] }
        guard let mapping = value.mapping else {
            return ["it is \(value.kindPhrase), not a mapping with the keys \(require.joined(separator: ", "))"]
        }
        let missing = require.filter { mapping[$0] == nil }
        return missing.isEmpty ? [] : ["it lacks \(missing.map { "`\($0)`" }.joined(separator: ", "))"]
    }
}
