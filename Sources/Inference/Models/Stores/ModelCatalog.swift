import Foundation
import Jinja

/// Finds models by name in an ordered list of stores; of several models with one name, the first store's is meant.
package struct ModelCatalog: Sendable {
    package var stores: [any ModelStore]
    /// What a relative path to a `.gguf` is relative to.
    package var baseFolder: String
    /// What `~` stands for.
    package var homeFolder: String?

    /// - Parameter baseFolder: Where relative paths begin; empty for the process's current folder.
    package init(stores: [any ModelStore], baseFolder: String = "", homeFolder: String? = nil) {
        self.stores = stores
        self.baseFolder = baseFolder
        self.homeFolder = homeFolder
    }

    /// All models, the ones of earlier stores first; a name that an earlier store has hides later ones.
    package func models() -> [StoredModel] {
        var seen: Set<String> = []
        return stores.flatMap { $0.models() }.filter { seen.insert($0.name.lowercased()).inserted }
    }

    /// The model with this name, whatever its case, or the file at this path.
    ///
    /// A store's own name for a model counts before what else it is called, and that before the beginning of a name. Of
    /// two models with the same own name the one in the earlier store is meant.
    ///
    /// - Throws: ``EngineError`` with code `model_not_found`, also where several models may be meant.
    package func find(_ name: String) throws(EngineError) -> StoredModel {
        if case .file(let path)? = try? ModelReference(name) { return file(path) }
        let all = stores.flatMap { $0.models() }
        let wanted = name.lowercased()
        if let model = all.first(where: { $0.name.lowercased() == wanted }) { return model }
        let rules: [(String) -> Bool] = [{ $0 == wanted }, { Self.begins($0, with: wanted) }]
        for rule in rules {
            let found = distinct(all.filter { $0.names.contains { rule($0.lowercased()) } })
            if found.count > 1 { throw EngineError(.modelNotFound, Self.ambiguous(name, found)) }
            if let model = found.first { return model }
        }
        throw EngineError(.modelNotFound, notFound(name, among: models()))
    }

    /// Whether a name goes on with another part behind its beginning, as `qwen3-0.6b-q8_0` behind `qwen3-0.6b`.
    private static func begins(_ name: String, with beginning: String) -> Bool {
        name.hasPrefix(beginning) && name.dropFirst(beginning.count).first.map("-:._@".contains) ?? false
    }

    /// Without those that are the same file, or the same bytes, as an earlier one.
    private func distinct(_ models: [StoredModel]) -> [StoredModel] {
        var seen: Set<String> = []
        return models.filter { model in
            let file = URL(filePath: model.path).resolvingSymlinksInPath().path
            let isNew = !seen.contains(file) && !(model.digest.map(seen.contains) ?? false)
            seen.insert(file)
            if let digest = model.digest { seen.insert(digest) }
            return isNew
        }
    }

    private static func ambiguous(_ name: String, _ models: [StoredModel]) -> String {
        let names = models.prefix(8).map { "\($0.name) (\($0.store))" }.joined(separator: ", ")
        return
            "`\(name)` may be one of \(models.count) models: \(names)\(models.count > 8 ? ", …" : ""); write more of its name."
    }

    /// A path as people write it, made absolute: `~` is the home folder, and a relative one begins at the base folder.
    package func absolute(_ path: String) -> String {
        if path.hasPrefix("~/"), let homeFolder { return homeFolder + path.dropFirst(1) }
        if path.hasPrefix("/") || baseFolder.isEmpty { return path }
        return "\(baseFolder)/\(path.hasPrefix("./") ? String(path.dropFirst(2)) : path)"
    }

    private func file(_ path: String) -> StoredModel {
        let expanded = absolute(path)
        let name = expanded.split(separator: "/").last.map(String.init) ?? expanded
        // What lies beside it belongs to it as in a store.
        let folder = URL(filePath: expanded).deletingLastPathComponent().path
        let layers = ModelFolder(folder, label: "file").models().first { $0.path == expanded }?.layers
        return StoredModel(
            name: ModelFileName.modelName(name) ?? name, path: expanded, store: "file", layers: layers ?? ModelLayers())
    }

    private func notFound(_ name: String, among models: [StoredModel]) -> String {
        let near = nearest(name, among: models.flatMap(\.names))
        // Stores of programs that are not here would be noise.
        let places = stores.filter { $0 is ModelFolder || $0 is PublisherFolder }.prefix(2).map(\.location)
            .joined(separator: ", ")
        let hint: String
        if let near {
            hint = "did you mean \(near)?"
        } else if models.isEmpty {
            hint = "no model is there yet: put a .gguf file into one of these folders."
        } else {
            hint = "there are \(models.prefix(8).map(\.name).joined(separator: ", "))\(models.count > 8 ? ", …" : "")."
        }
        return "There is no model `\(name)` in \(places.isEmpty ? "any store, since none is set" : places); \(hint)"
    }
}
