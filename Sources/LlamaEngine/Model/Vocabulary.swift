import CLlama
import Inference

/// A model's tokens: text to tokens and back. Lives as long as the model that it is part of.
///
/// `@unchecked Sendable`: libllama's vocabulary is read-only, and its functions may be called from any thread.
struct Vocabulary: @unchecked Sendable {
    private let pointer: OpaquePointer
    let size: Int
    /// The token that begins every text, where the model wants one there.
    let leadingToken: llama_token?

    /// `nil` for a model without a vocabulary of its own.
    init?(model: OpaquePointer) {
        guard let pointer = llama_model_get_vocab(model), llama_vocab_type(pointer) != LLAMA_VOCAB_TYPE_NONE,
            llama_vocab_n_tokens(pointer) > 0
        else { return nil }
        self.pointer = pointer
        size = Int(llama_vocab_n_tokens(pointer))
        let bos = llama_vocab_bos(pointer)
        leadingToken = llama_vocab_get_add_bos(pointer) && bos >= 0 ? bos : nil
    }

    func isEndOfGeneration(_ token: llama_token) -> Bool {
        llama_vocab_is_eog(pointer, token)
    }

    /// Whether a token steers the model and writes nothing.
    func isControl(_ token: llama_token) -> Bool {
        llama_vocab_get_attr(pointer, token).rawValue & Self.control != 0
    }

    private static let control = LLAMA_TOKEN_ATTR_CONTROL.rawValue | LLAMA_TOKEN_ATTR_UNKNOWN.rawValue

    /// The text of a special token as chat templates know it; empty where the model has none.
    var beginText: String { text(llama_vocab_bos(pointer)) }
    var endText: String { text(llama_vocab_eos(pointer)) }

    func text(_ token: llama_token) -> String {
        guard token >= 0, token < size, let text = llama_vocab_get_text(pointer, token) else { return "" }
        return String(cString: text)
    }

    /// The texts of all tokens that are recognised only where control tokens are allowed.
    func controlTexts() -> SpecialTexts {
        SpecialTexts((0..<llama_token(size)).lazy.filter(isControl).map { text($0) })
    }

    /// The tokens of a text.
    /// - Parameter isWhole: Whether those that the model wants around a text are to be there; else there are none that the
    ///   text does not ask for.
    func tokenize(_ text: String, hasControlTokens: Bool, isWhole: Bool = false) throws(EngineError) -> [llama_token] {
        let bytes = Array(text.utf8)
        guard bytes.count < Int(Int32.max) else {
            throw EngineError(.promptTooLong, "A prompt of \(bytes.count) bytes is more than the tokenizer can take.")
        }
        var tokens = [llama_token](repeating: 0, count: bytes.count / 2 + 16)
        for _ in 0..<2 {
            let count = bytes.withUnsafeBytes { bytes in
                tokens.withUnsafeMutableBufferPointer { tokens in
                    llama_tokenize(
                        pointer, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count),
                        tokens.baseAddress, Int32(tokens.count), isWhole, hasControlTokens)
                }
            }
            if count >= 0 { return Array(tokens.prefix(Int(count))) }
            guard count != .min else { break }
            tokens = [llama_token](repeating: 0, count: Int(-count))
        }
        throw EngineError(.engineFailed, "The tokenizer could not take a text of \(bytes.count) bytes apart.")
    }

    /// A token's bytes as part of an answer; none for control tokens.
    func bytes(_ token: llama_token, showsControlTokens: Bool = false) -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: 64)
        var count = llama_token_to_piece(pointer, token, &buffer, Int32(buffer.count), 0, showsControlTokens)
        if count < 0 {
            buffer = [CChar](repeating: 0, count: Int(-count))
            count = llama_token_to_piece(pointer, token, &buffer, Int32(buffer.count), 0, showsControlTokens)
        }
        return buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }
    }

    /// A sampler chain's beginning needs the vocabulary's size only.
    var sizeForSamplers: Int32 { Int32(size) }
}
