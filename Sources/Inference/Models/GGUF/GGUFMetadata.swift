/// What a GGUF file says of itself, read without loading the model.
///
/// The reader trusts nothing: every count, length and offset is checked against the file's size before anything is
/// allocated or skipped. It is also the guard in front of libllama, which aborts on some damaged files.
package struct GGUFMetadata: Sendable {
    package var version: Int
    /// Keys and values in the order of the file have no meaning; a key is there once.
    package var values: [String: GGUFValue]
    package var tensors: [GGUFTensor]
    /// Where the tensors' data begins.
    package var dataStart: Int
    package var fileSize: Int

    /// Reads the metadata of a file and checks that all its tensors lie inside the file.
    /// - Parameter arrays: The keys of the arrays whose values are wanted; others are skipped.
    package static func read(_ path: String, arrays: Set<String> = []) throws(EngineError) -> GGUFMetadata {
        try GGUFReader.read(path, arrays: arrays)
    }

    /// `general.architecture`: `llama`, `qwen3`, …
    package var architecture: String? { values["general.architecture"]?.string }
    package var name: String? { values["general.name"]?.string }
    package var chatTemplate: String? { values["tokenizer.chat_template"]?.string }
    package var tokenizer: String? { values["tokenizer.ggml.model"]?.string }
    package var bosToken: Int? { values["tokenizer.ggml.bos_token_id"]?.integer }
    package var eosToken: Int? { values["tokenizer.ggml.eos_token_id"]?.integer }
    package var vocabularySize: Int? { values["tokenizer.ggml.tokens"]?.array?.count }

    /// The longest context that the model was trained for, in tokens.
    package var contextLength: Int? { hyperparameter("context_length") }
    package var blockCount: Int? { hyperparameter("block_count") }
    package var embeddingLength: Int? { hyperparameter("embedding_length") }

    /// The number of files that the model is split into; 1 for a whole one.
    package var splitCount: Int { values["split.count"]?.integer ?? 1 }

    /// All the weights together.
    package var parameterCount: Int {
        tensors.reduce(0) { $0.addingReportingOverflow($1.elements).partialValue }
    }

    /// The tensors' data in bytes, without metadata.
    package var tensorBytes: Int {
        tensors.reduce(0) { $0.addingReportingOverflow($1.bytes).partialValue }
    }

    /// `Q4_K_M`, `F16`, …: what the file says, else the type that most of the weights have.
    package var quantization: String? {
        if let code = values["general.file_type"]?.integer, let name = GGUFTensorType.fileTypeName(code) {
            return name
        }
        let sizes = Dictionary(tensors.map { ($0.type.name, $0.elements) }, uniquingKeysWith: &+)
        return sizes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }

    /// An architecture's own number, such as `llama.block_count`.
    package func hyperparameter(_ name: String) -> Int? {
        architecture.flatMap { values["\($0).\(name)"]?.integer }
    }
}
