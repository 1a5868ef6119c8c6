import Jinja

/// Finds models by name in an ordered list of stores; the first store that has a name wins.
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
    package func find(_ name: String) throws(EngineError) -> StoredModel {
        if case .file(let path)? = try? ModelReference(name) { return file(path) }
        let models = models()
        if let model = models.first(where: { $0.name == name })
            ?? models.first(where: { $0.name.lowercased() == name.lowercased() })
        {
            return model
        }
        throw EngineError(.modelNotFound, notFound(name, among: models))
    }

    private func file(_ path: String) -> StoredModel {
        let expanded: String
        if path.hasPrefix("~/"), let homeFolder {
            expanded = homeFolder + path.dropFirst(1)
        } else if path.hasPrefix("/") || baseFolder.isEmpty {
            expanded = path
        } else {
            expanded = "\(baseFolder)/\(path.hasPrefix("./") ? String(path.dropFirst(2)) : path)"
        }
        let name = expanded.split(separator: "/").last.map(String.init) ?? expanded
        return StoredModel(name: ModelFolder.modelName(name) ?? name, path: expanded, store: "file")
    }

    private func notFound(_ name: String, among models: [StoredModel]) -> String {
        let near = nearest(name, among: models.map(\.name))
        let places = stores.map(\.location).joined(separator: ", ")
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
