/// What `model:` and `--model` name once aliases are resolved: a model of an engine, or a file.
package enum ModelReference: Sendable, Hashable, CustomStringConvertible {
    /// `ENGINE/NAME`; the name may hold further slashes and colons.
    case named(engine: String, model: String)
    /// A path to a `.gguf` file, as it was written.
    case file(String)

    /// Reads a reference. What ends in `.gguf`, or begins as a path does, is a path; `hf:ORG/REPO` is a local model that
    /// came from Hugging Face.
    package init(_ text: String) throws(EngineError) {
        if text.lowercased().hasSuffix(".gguf") || ["/", "./", "../", "~/"].contains(where: text.hasPrefix) {
            self = .file(text)
            return
        }
        if text.hasPrefix("hf:") {
            self = .named(engine: "local", model: text)
            return
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let engine = parts.first, let model = parts.last, !engine.isEmpty, !model.isEmpty
        else {
            throw EngineError(
                .invalidRequest,
                "`\(text)` names no model: write ENGINE/NAME such as local/fledgling, the path to a .gguf file, or an "
                    + "alias from the configuration.")
        }
        self = .named(engine: String(engine), model: String(model))
    }

    package var description: String {
        switch self {
        case .named(let engine, let model): "\(engine)/\(model)"
        case .file(let path): path
        }
    }
}
