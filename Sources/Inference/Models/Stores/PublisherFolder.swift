/// A folder `PUBLISHER/MODEL/*.gguf`, as LM Studio has it, and Nightjar's own store for what it has pulled. Files that lie
/// in it directly count too.
///
/// A model's name is its file's name without `.gguf`; it is found by `PUBLISHER/MODEL` too, and by `hf:PUBLISHER/MODEL` with
/// or without its quantization.
package struct PublisherFolder: ModelStore {
    package let label: String
    package let location: String

    package init(_ path: String, label: String) {
        location = path
        self.label = label
    }

    package func models() -> [StoredModel] {
        var models = ModelFolder(location, label: label).models()
        for publisher in FolderListing(location).folders where !publisher.hasPrefix(".") {
            let folder = FolderListing.path(location, publisher)
            for model in FolderListing(folder).folders {
                models += RepositoryFolder(
                    repository: "\(publisher)/\(model)", path: FolderListing.path(folder, model)
                ).models(store: label)
            }
        }
        return models
    }
}

/// The files of one model repository in one folder.
struct RepositoryFolder {
    /// `ORG/NAME`.
    var repository: String
    var path: String

    /// - Parameter digest: Tells what the store knows of a file's digest.
    func models(store: String, digest: (_ path: String) -> String? = { _ in nil }) -> [StoredModel] {
        let listing = FolderListing(path)
        var models = models(in: path, listing.files, store: store, digest: digest)
        // Some repositories keep each quantization in a folder of its own.
        for folder in listing.folders {
            let path = FolderListing.path(path, folder)
            models += self.models(in: path, FolderListing(path).files, store: store, digest: digest)
        }
        return models
    }

    private func models(
        in folder: String, _ files: [String], store: String, digest: (_ path: String) -> String?
    ) -> [StoredModel] {
        // All files of a repository are of one model.
        var layers = ModelLayers()
        layers.projector = files.first(where: ModelFileName.isProjector).map { FolderListing.path(folder, $0) }
        return files.compactMap { file in
            guard let name = ModelFileName.modelName(file) else { return nil }
            let path = FolderListing.path(folder, file)
            let tagged = ModelFileName.quantization(name).map { "\(repository):\($0)" }
            let names = [tagged, repository, "\(repository)/\(name)"].compactMap(\.self)
            return StoredModel(
                name: name, otherNames: names + names.map { "hf:\($0)" }, path: path, store: store,
                digest: digest(path),
                layers: layers)
        }
    }
}
