import CLlama

extension LlamaEngine {
    /// The version of the libllama that this program is linked to.
    package static var libraryDescription: String {
        guard let text = llama_version() else { return "of an unknown version" }
        return String(cString: text)
    }
}
