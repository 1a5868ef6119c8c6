import Foundation
import Jinja

/// What Ollama has pulled: manifests that name layers, and the layers as blobs that are named by their digest.
package struct OllamaStore: ModelStore {
    package let label: String
    package let location: String

    package static let usualHost = "registry.ollama.ai"
    package static let usualNamespace = "library"
    private static let mediaType = "application/vnd.ollama.image."
    /// Of the layer that is the model itself.
    package static let modelType = mediaType + "model"
    /// Manifests are a few kilobytes.
    private static let largestManifest = 1 << 20

    package init(_ path: String, label: String = "ollama") {
        location = path
        self.label = label
    }

    package func models() -> [StoredModel] { manifests().compactMap { stored($0.name, manifest: $0.path) } }

    private func manifests() -> [(name: String, path: String)] {
        let root = FolderListing.path(location, "manifests")
        return FolderListing(root).folders.flatMap { host in
            namespaces(FolderListing.path(root, host)).flatMap { namespace, folder in
                FolderListing(folder).folders.flatMap { model -> [(name: String, path: String)] in
                    let folder = FolderListing.path(folder, model)
                    return FolderListing(folder).files.map { tag in
                        let name = Self.name(host: host, namespace: namespace, model: model, tag: tag)
                        return (name, FolderListing.path(folder, tag))
                    }
                }
            }
        }
    }

    /// Whether a model lies here.
    package func holds(_ model: StoredModel) -> Bool {
        models().contains { $0.path == model.path && $0.name == model.name }
    }

    /// Removes a model, and of its layers those that no other one has.
    package func remove(_ model: StoredModel) throws {
        for manifest in manifests() where stored(manifest.name, manifest: manifest.path)?.name == model.name {
            let layers = digests(ofManifest: manifest.path)
            try FileManager.default.removeItem(atPath: manifest.path)
            let others = Set(manifests().flatMap { digests(ofManifest: $0.path) })
            for digest in layers where !others.contains(digest) {
                try? FileManager.default.removeItem(atPath: blob(digest))
            }
        }
    }

    private func digests(ofManifest path: String) -> [String] {
        guard let manifest = content(ofManifest: path) else { return [] }
        let config = manifest["config"]?["digest"]?.string
        let digests = (manifest["layers"]?.list ?? []).map { $0["digest"]?.string } + [config]
        // They become paths.
        return digests.compactMap(\.self).filter(ModelDigests.isDigest)
    }

    private func content(ofManifest path: String) -> Value? {
        guard let data = FileManager.default.contents(atPath: path), data.count <= Self.largestManifest else {
            return nil
        }
        return try? Value(json: String(decoding: data, as: UTF8.self))
    }

    /// Where the manifest of a model of the usual registry lies.
    package func manifest(namespace: String, model: String, tag: String) -> String {
        FolderListing.path(location, "manifests/\(Self.usualHost)/\(namespace)/\(model)/\(tag)")
    }

    /// Where a layer lies.
    package func blob(_ digest: String) -> String {
        FolderListing.path(location, "blobs/\(digest.replacing(":", with: "-"))")
    }

    private func namespaces(_ host: String) -> [(name: String, path: String)] {
        FolderListing(host).folders.map { ($0, FolderListing.path(host, $0)) }
    }

    /// As `ollama list` shows it: without what is usual.
    package static func name(host: String, namespace: String, model: String, tag: String) -> String {
        let short = namespace == usualNamespace && host == usualHost ? model : "\(namespace)/\(model)"
        return (host == usualHost ? short : "\(host)/\(short)") + ":\(tag)"
    }

    /// `nil` for what holds no GGUF file: a cloud model, or one for another engine.
    private func stored(_ name: String, manifest path: String) -> StoredModel? {
        guard let manifest = content(ofManifest: path), let model = blobs("model", of: manifest).first
        else { return nil }
        var layers = ModelLayers()
        layers.template = blobs("template", of: manifest).first?.path
        layers.parameters = blobs("params", of: manifest).first?.path
        layers.projector = blobs("projector", of: manifest).first?.path
        layers.adapters = blobs("adapter", of: manifest).map(\.path)
        let other = name.hasSuffix(":latest") ? [String(name.dropLast(":latest".count))] : []
        return StoredModel(
            name: name, otherNames: other, path: model.path, store: label, digest: model.digest, layers: layers)
    }

    private func blobs(_ kind: String, of manifest: Value) -> [(path: String, digest: String)] {
        (manifest["layers"]?.list ?? []).compactMap { layer in
            guard layer["mediaType"]?.string == Self.mediaType + kind, let digest = layer["digest"]?.string,
                ModelDigests.isDigest(digest)
            else { return nil }
            return (blob(digest), digest)
        }
    }
}
