import Inference
import Jinja
import OrderedCollections
import Workflow

extension ParseStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        try parse(try context.text(text))
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        StepPreview(lines: ["takes JSON out of a text"], result: try parse(try context.text(text)))
    }

    private func parse(_ text: String) throws(StepFailure) -> Mapping {
        let found: ExtractedJSON
        do {
            found = try ExtractedJSON(from: text)
        } catch {
            throw StepFailure(.answerInvalid, "\(error.message): \(text.excerpt)")
        }
        if !require.isEmpty {
            guard let mapping = found.value.mapping else {
                throw StepFailure(
                    .answerInvalid,
                    "the data is \(found.value.kindPhrase), not a mapping with the keys "
                        + require.joined(separator: ", ") + ": \(text.excerpt)")
            }
            let missing = require.filter { mapping[$0] == nil }
            guard missing.isEmpty else {
                throw StepFailure(
                    .answerInvalid,
                    "the data lacks \(missing.map { "`\($0)`" }.joined(separator: ", ")): \(text.excerpt)")
            }
        }
        return ["data": found.value, "exact": .boolean(found.isExact)]
    }
}
