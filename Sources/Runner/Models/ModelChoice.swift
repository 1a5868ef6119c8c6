package import Inference
import Jinja
package import Workflow

/// The model that answers a prompt, found by its name in a workflow.
package struct ModelChoice: Sendable {
    package let engine: any Engine
    /// The model as its engine knows it.
    package let name: String
    /// As a person would write it.
    package let reference: String
    /// The settings of the alias that named it.
    package let settings: ModelAlias?

    /// Resolves an alias of the configuration, `ENGINE/NAME`, or a path to a `.gguf`.
    package init(
        _ text: String, configuration: Configuration, engines: [String: any Engine]
    ) throws(EngineError) {
        let alias = configuration.models.first { $0.key == text }?.value
        let wanted = alias?.model ?? text
        settings = alias
        do throws(EngineError) {
            switch try ModelReference(wanted) {
            case .file(let path):
                guard let engine = engines[Self.fileEngine] else {
                    throw EngineError(.modelNotFound, "nothing here runs a model file: \(path)")
                }
                self.engine = engine
                name = path
            case .named(let engineName, let model):
                guard let engine = engines[engineName] else {
                    throw Self.unknown(engine: engineName, of: wanted, engines)
                }
                self.engine = engine
                name = model
            }
        } catch {
            guard error.code == .invalidRequest else { throw error }
            let near = nearest(wanted, among: configuration.models.map(\.key)) ?? "\(Self.fileEngine)/\(wanted)"
            throw EngineError(
                error.code,
                "`\(wanted)` is no alias of the configuration, no ENGINE/NAME and no path to a .gguf; did you mean `\(near)`?"
            )
        }
        reference = wanted
    }

    /// The engine that runs model files.
    private static let fileEngine = "local"

    private static func unknown(engine: String, of wanted: String, _ engines: [String: any Engine]) -> EngineError {
        let known = engines.keys.sorted()
        let hint =
            nearest(engine, among: known).map { "did you mean `\($0)`?" }
            ?? "there is " + known.map { "`\($0)`" }.joined(separator: ", ")
        return EngineError(.modelNotFound, "there is no engine `\(engine)` for the model `\(wanted)`; \(hint)")
    }
}
