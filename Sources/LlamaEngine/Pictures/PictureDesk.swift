import Inference

/// Puts prompts with pictures together, with a projector that is opened when the first of them comes.
///
/// Belongs to the decode thread of its model.
final class PictureDesk {
    private let file: ModelFile
    private let model: LlamaModel
    private let settings: ModelWorker.Settings
    private var projector: Projector?

    init(_ file: ModelFile, _ model: LlamaModel, settings: ModelWorker.Settings) {
        self.file = file
        self.model = model
        self.settings = settings
    }

    /// - Parameter prompt: Gets as many tokens as the prompt has positions: which they are, only the projector knows.
    /// - Returns: `nil` for a prompt without pictures.
    func pictures(of prompt: inout EncodedPrompt) throws(EngineError) -> PicturePrompt? {
        guard !prompt.parts.isEmpty else { return nil }
        let made = try opened().prompt(prompt.parts)
        prompt.tokens = Array(repeating: 0, count: made.positions)
        return made
    }

    private func opened() throws(EngineError) -> Projector {
        if let projector { return projector }
        let opened = try Projector(for: file, model, settings: settings)
        projector = opened
        return opened
    }
}
