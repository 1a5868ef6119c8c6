import CLlama
import Inference

/// The part of a model that sees: it turns pictures into what stands in their place in a prompt.
///
/// Belongs to the decode thread of its model.
final class Projector {
    fileprivate let pointer: UnsafeMutableRawPointer
    /// What it was made for has to outlive it.
    private let model: LlamaModel

    private static let logsQuietly: Bool = {
        nightjar_set_picture_log { level, text, _ in LlamaLog.receive(level, text) }
        return true
    }()

    init(for file: ModelFile, _ model: LlamaModel, settings: ModelWorker.Settings) throws(EngineError) {
        guard nightjar_can_see() else {
            throw EngineError(
                .modelUnsupported,
                "This Nightjar was built without libmtmd, the part of llama.cpp that sees: install it and build again, or ask a model on a server."
            )
        }
        guard let path = file.layers.projector else {
            throw EngineError(
                .invalidRequest,
                "\(file.reference) sees no pictures: there is no projector (a file with `mmproj` in its name) beside \(file.path)."
            )
        }
        // libmtmd ends the process on some damaged files.
        let metadata = try GGUFMetadata.read(path)
        guard metadata.architecture == "clip" else {
            throw EngineError(
                .modelDamaged, "\(path) is no projector: it is of the kind `\(metadata.architecture ?? "?")`.")
        }
        _ = Self.logsQuietly
        LlamaLog.collectErrors()
        defer { _ = LlamaLog.takeErrors() }
        let usesGPU = settings.gpuLayers != 0
        guard let pointer = nightjar_projector_open(path, model.pointer, Int32(settings.threads), usesGPU) else {
            let reason = LlamaLog.takeReason() ?? "libmtmd gives no reason"
            throw EngineError(
                .modelUnsupported, "The projector \(path) does not go with \(file.reference): \(reason).")
        }
        self.pointer = pointer
        self.model = model
    }

    deinit {
        nightjar_projector_close(pointer)
    }

    /// Puts a prompt together.
    func prompt(_ parts: [PicturePart]) throws(EngineError) -> PicturePrompt {
        let buffers = parts.map { part in
            switch part {
            case .text(let text, _): Array(text.utf8)
            case .picture(let image): Array(image.data)
            }
        }
        LlamaLog.collectErrors()
        defer { _ = LlamaLog.takeErrors() }
        var unreadable: Int64 = -1
        let pointer = Self.withPieces(parts, buffers) { pieces in
            nightjar_picture_prompt(self.pointer, pieces.baseAddress, pieces.count, &unreadable)
        }
        guard let pointer else {
            if parts.indices.contains(Int(unreadable)), case .picture(let image) = parts[Int(unreadable)] {
                throw EngineError(
                    .invalidRequest,
                    "The picture \(image.name) cannot be read: it is damaged, or in a format that libmtmd does not know (JPEG and PNG are known)."
                )
            }
            let reason = LlamaLog.takeReason() ?? "libmtmd gives no reason"
            throw EngineError(.engineFailed, "The pictures could not be put into the prompt: \(reason).")
        }
        return PicturePrompt(pointer, self)
    }

    /// The pieces as C takes them, as long as `body` runs.
    private static func withPieces<Result>(
        _ parts: [PicturePart], _ buffers: [[UInt8]], _ body: (UnsafeBufferPointer<nightjar_piece>) -> Result
    ) -> Result {
        // One buffer for all, so that one pointer holds for all.
        let all = buffers.flatMap(\.self) + [0]
        return all.withUnsafeBufferPointer { bytes in
            var pieces: [nightjar_piece] = []
            var offset = 0
            for (part, buffer) in zip(parts, buffers) {
                let start = bytes.baseAddress.map { $0 + offset }
                switch part {
                case .text(_, let hasControlTokens):
                    let text = start.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) }
                    pieces.append(
                        nightjar_piece(
                            text: text, size: buffer.count, has_control_tokens: hasControlTokens, image: nil))
                case .picture:
                    pieces.append(
                        nightjar_piece(text: nil, size: buffer.count, has_control_tokens: false, image: start))
                }
                offset += buffer.count
            }
            return pieces.withUnsafeBufferPointer(body)
        }
    }
}

/// A stretch of a prompt with pictures.
enum PicturePart: Sendable {
    case text(String, hasControlTokens: Bool)
    case picture(ImageAttachment)
}

/// A prompt with pictures, ready to be evaluated.
final class PicturePrompt {
    private let pointer: UnsafeMutableRawPointer
    private let projector: Projector

    fileprivate init(_ pointer: UnsafeMutableRawPointer, _ projector: Projector) {
        self.pointer = pointer
        self.projector = projector
    }

    deinit {
        nightjar_picture_prompt_free(pointer)
    }

    /// The cells that it takes in the cache.
    var tokens: Int { Int(nightjar_picture_prompt_tokens(pointer)) }
    /// The place of what follows it: some models give the parts of a picture fewer positions than tokens.
    var positions: Int { Int(nightjar_picture_prompt_positions(pointer)) }

    /// Evaluates it as the beginning of an empty sequence; blocks until that is done.
    /// - Returns: Whether it went well.
    func evaluate(_ context: LlamaContext, as sequence: llama_seq_id, chunk: Int) -> Bool {
        nightjar_picture_prompt_evaluate(projector.pointer, pointer, context.pointer, sequence, Int32(chunk)) == 0
    }
}
