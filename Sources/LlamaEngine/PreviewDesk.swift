import Foundation
import Inference
import LocalFiles
import Logging
import Synchronization

/// Shows prompts as they would be evaluated, with the vocabulary of a model only: no weights are loaded.
final class PreviewDesk: Sendable {
    private let shelf: ModelShelf
    private let settings: ModelWorker.Settings
    /// The last model's, since previews come in rows.
    private let last: Mutex<Entry?> = Mutex(nil)

    private struct Entry {
        var path: String
        var stamp: FileStamp?
        var encoder: PromptEncoder
    }

    init(shelf: ModelShelf, settings: ModelWorker.Settings) {
        self.shelf = shelf
        self.settings = settings
    }

    /// Blocks while it reads and tokenizes; needs much stack, as tokenizing does.
    func preview(_ request: GenerationRequest) throws(EngineError) -> PromptPreview {
        let file = try shelf.examine(request.model)
        _ = try file.contextLimit(request.context, default: settings.defaultContext)
        let prompt = try encoder(file).with(template: try shelf.chatTemplate(of: request, for: file)).encode(request)
        // What a picture takes, only its projector knows.
        return PromptPreview(text: prompt.text, tokens: prompt.tokens.count, isExact: prompt.parts.isEmpty)
    }

    /// The lengths of a text's tokens in bytes. Blocks, and needs much stack, as ``preview(_:)`` does.
    func tokenLengths(of text: String, model: String) throws(EngineError) -> [Int] {
        try encoder(try shelf.examine(model)).tokenLengths(of: text)
    }

    private func encoder(_ file: ModelFile) throws(EngineError) -> PromptEncoder {
        let stamp = FileStamp(file.path)
        if let entry = last.withLock(\.self), entry.path == file.path, entry.stamp == stamp { return entry.encoder }
        guard let model = try LlamaModel.load(file, vocabularyOnly: true) else {
            throw EngineError(.engineFailed, "The vocabulary of \(file.reference) could not be loaded.")
        }
        let encoder = try PromptEncoder(model, file: file, now: settings.now, logger: settings.logger)
        last.withLock { $0 = Entry(path: file.path, stamp: stamp, encoder: encoder) }
        return encoder
    }

    /// Lets go of the vocabulary.
    func clear() {
        last.withLock { $0 = nil }
    }
}
