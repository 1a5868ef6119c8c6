import Inference

/// A model's file that was looked up and examined, but not loaded.
struct ModelFile: Sendable {
    /// `ENGINE/NAME`, or the path as it was asked for.
    var reference: String
    var path: String
    /// All files of it; more than one for a split model, of which `path` is the first.
    var parts: [String]
    var metadata: GGUFMetadata
    /// All files of a split model together.
    var bytes: Int
    var digest: String?
    var layers = ModelLayers()
    /// What is added to the weights.
    var adapters: [ModelAdapter] = []

    /// Whether it takes the place of another one: the same model, maybe in another version.
    func isVersion(of other: ModelFile) -> Bool { path == other.path && adapters == other.adapters }

    func isSame(as other: ModelFile) -> Bool { isVersion(of: other) && digest == other.digest }

    var identity: ModelIdentity { ModelIdentity(reference: reference, digest: digest) }

    /// The context to use where the request says nothing: what the model was trained for, but not more than a
    /// machine without much memory can hold for a large model.
    func contextLimit(_ requested: Int?, default standard: Int) throws(EngineError) -> Int {
        let trained = metadata.contextLength ?? standard
        guard let requested else { return max(1, min(trained, standard)) }
        guard requested >= 2 else {
            throw EngineError(.invalidRequest, "`context: \(requested)` leaves no room: 2 tokens are the least.")
        }
        guard requested <= trained else {
            throw EngineError(
                .invalidRequest,
                "`context: \(requested)` is more than the \(trained) tokens that \(reference) was trained for: lower "
                    + "it, or take another model.")
        }
        return requested
    }
}
