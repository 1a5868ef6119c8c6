import CLlama
import Dispatch
import Foundation
import Inference
import LocalFiles
import Synchronization

/// The models that can be loaded: finds them by name, examines their files, and remembers what it saw of them as long
/// as the files stay the same.
final class ModelShelf: Sendable {
    private let engine: String
    private let catalog: ModelCatalog
    private let digests: ModelDigests
    private let examined: Mutex<[String: Examined]> = Mutex([:])
    /// What names were found to mean: stores are searched once, and a name means the same model as long as it is there.
    private let found: Mutex<[String: StoredModel]> = Mutex([:])

    private struct Examined {
        var stamp: FileStamp
        var metadata: GGUFMetadata
    }

    /// - Parameter engine: The name in front of the models' names.
    init(engine: String, catalog: ModelCatalog, digests: ModelDigests) {
        self.engine = engine
        self.catalog = catalog
        self.digests = digests
    }

    /// The path behind a model's name, if there is one.
    func path(of model: String) -> String? {
        (try? find(model))?.path
    }

    /// The model of a request with its digest, for which the whole file may have to be read, and its adapters.
    func open(_ request: GenerationRequest, isCancelled: () -> Bool) throws -> ModelFile {
        var file = try open(request.model, isCancelled: isCancelled)
        file.adapters = adapters(of: request, for: file)
        for adapter in file.adapters {
            file.bytes += try check(adapter, for: file).fileSize
            let digest = try digests.digest(adapter.path, isCancelled: isCancelled)
            file.digest = ModelDigests.joined([file.digest, "\(digest) \(adapter.scale)"].compactMap(\.self))
        }
        return file
    }

    /// Who answers a request: the model, and the chat template that takes the place of its own.
    func identity(of file: ModelFile, for request: GenerationRequest) throws -> ModelIdentity {
        var identity = file.identity
        if let path = request.chatTemplate.map(catalog.absolute), let digest = identity.digest {
            identity.digest = ModelDigests.joined([digest, try digests.digest(path)])
        }
        return identity
    }

    /// The adapters that a model has itself and those of a request, with the paths at which they are.
    func adapters(of request: GenerationRequest, for file: ModelFile) -> [ModelAdapter] {
        file.layers.adapters.map { ModelAdapter(path: $0) }
            + request.adapters.map { ModelAdapter(path: catalog.absolute($0.path), scale: $0.scale) }
    }

    private func check(_ adapter: ModelAdapter, for file: ModelFile) throws(EngineError) -> GGUFMetadata {
        let metadata = try GGUFMetadata.read(adapter.path)
        guard metadata.values["general.type"]?.string == "adapter",
            metadata.values["adapter.type"]?.string == "lora", metadata.architecture == file.metadata.architecture
        else {
            throw EngineError(
                .modelUnsupported,
                "\(adapter.path) is no LoRA adapter for \(file.reference), which is of the kind "
                    + "`\(file.metadata.architecture ?? "?")`: take one that was made for it.")
        }
        return metadata
    }

    /// The chat template that a request names in place of the model's own. One whose name ends in `.tmpl` is in Go's
    /// notation, as Ollama's are.
    func chatTemplate(of request: GenerationRequest, for file: ModelFile) throws(EngineError) -> ModelTemplate? {
        guard let path = request.chatTemplate.map(catalog.absolute) else { return nil }
        guard let data = FileManager.default.contents(atPath: path),
            let text = String(validating: data, as: UTF8.self)
        else { throw EngineError(.invalidRequest, "The chat template \(path) cannot be read: name a text file.") }
        return path.hasSuffix(".tmpl")
            ? .ollama(try OllamaTemplate(text, model: file.reference))
            : .own(try ChatTemplate(text, model: file.reference), source: text)
    }

    /// A model with its digest, for which the whole file may have to be read.
    func open(_ model: String, isCancelled: () -> Bool) throws -> ModelFile {
        var file = try examine(model)
        if file.digest == nil { file.digest = try digests.digest(ofParts: file.parts, isCancelled: isCancelled) }
        return file
    }

    /// A model without more than its metadata read; its digest is there if it is known already.
    func examine(_ model: String) throws(EngineError) -> ModelFile {
        let stored = try find(model)
        let metadata = try metadata(stored.path)
        let parts = try SplitModel.parts(stored.path, metadata)
        var bytes = metadata.fileSize
        for part in parts.dropFirst() { bytes += try self.metadata(part).fileSize }
        bytes += stored.layers.projector.flatMap { FileStamp($0)?.size } ?? 0
        return ModelFile(
            reference: "\(engine)/\(stored.name)", path: stored.path, parts: parts, metadata: metadata, bytes: bytes,
            digest: digest(stored, parts), layers: stored.layers)
    }

    /// The one that is known. A store's own is that of the first file.
    private func digest(_ stored: StoredModel, _ parts: [String]) -> String? {
        (parts.count == 1 ? stored.digest : nil) ?? digests.known(parts: parts)
    }

    private func find(_ model: String) throws(EngineError) -> StoredModel {
        if let known = found.withLock({ $0[model] }), FileStamp(known.path) != nil { return known }
        let stored = try catalog.find(model)
        found.withLock { $0[model] = stored }
        return stored
    }

    private func metadata(_ path: String) throws(EngineError) -> GGUFMetadata {
        // Of the file as it is before it is read: what changes meanwhile is read again.
        let stamp = FileStamp(path)
        if let stamp, let known = examined.withLock({ $0[path] }), known.stamp == stamp {
            return known.metadata
        }
        var metadata = try GGUFMetadata.read(path, arrays: GGUFMetadata.vocabularyArrays)
        try metadata.checkForLlama(path: path)
        metadata.dropArrays()
        if let stamp {
            let entry = Examined(stamp: stamp, metadata: metadata)
            examined.withLock { $0[path] = entry }
        }
        return metadata
    }

    // MARK: Descriptions

    /// All models; one whose file is damaged is listed with its name and path only.
    func models() -> [ModelDescription] {
        let stored = catalog.models()
        // By all processors: the files of a large collection are mostly in memory, and their headers are long.
        let described = Mutex([ModelDescription?](repeating: nil, count: stored.count))
        DispatchQueue.concurrentPerform(iterations: stored.count) { index in
            let model = stored[index]
            let description =
                (try? describe(model))
                ?? ModelDescription(name: model.name, engine: engine, path: model.path, store: model.store)
            described.withLock { $0[index] = description }
        }
        return described.withLock { $0.compactMap(\.self) }
    }

    func describe(_ model: String) throws(EngineError) -> ModelDescription {
        try describe(try find(model))
    }

    private func describe(_ stored: StoredModel) throws(EngineError) -> ModelDescription {
        let first = try GGUFMetadata.read(stored.path)
        let parts = try SplitModel.parts(stored.path, first)
        var files = [first]
        for part in parts.dropFirst() { files.append(try GGUFMetadata.read(part)) }
        var capabilities: Set<Capability> = [.chat, .seed, .preview]
        if stored.layers.projector != nil, nightjar_can_see() { capabilities.insert(.vision) }
        if let template = first.chatTemplate, !ThinkingTags.known(to: template).isEmpty {
            capabilities.insert(.thinking)
        }
        return ModelDescription(
            name: stored.name, otherNames: stored.otherNames, engine: engine, architecture: first.architecture,
            parameters: files.reduce(0) { $0 + $1.parameterCount }, quantization: first.quantization,
            contextLength: first.contextLength, bytes: files.reduce(0) { $0 + $1.fileSize }, path: stored.path,
            store: stored.store, digest: digest(stored, parts),
            hasChatTemplate: first.chatTemplate != nil, capabilities: capabilities)
    }
}
