import Inference
import Jinja
import OrderedCollections
import Workflow

extension SplitStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        try await split(context)
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        let result = try await split(context)
        let count = result["count"]?.integer ?? 0
        return StepPreview(
            lines: ["cuts the text into \(count) chunks of at most \(size) \(unit.rawValue)"], result: result)
    }

    private func split(_ view: some StepView) async throws -> Mapping {
        let text = try view.text(text)
        let lengths: [Int]
        switch unit {
        case .tokens:
            let choice = try view.chosenModel()
            lengths = try await choice.engine.tokenLengths(of: text, model: choice.name)
        case .sentences: lengths = try TextUnits.sentences(of: text)
        case .lines: lengths = TextUnits.lines(of: text)
        }
        let chunks = try TextUnits.chunks(of: text, unitLengths: lengths, size: size, overlap: overlap)
        return [
            "chunks": .list(
                chunks.enumerated().map { index, chunk in
                    [
                        "text": .string(String(chunk.text)), "index": .integer(index), "start": .integer(chunk.start),
                        "size": .integer(chunk.size),
                    ]
                }),
            "count": .integer(chunks.count),
        ]
    }
}
