import Foundation
import Inference
import Jinja

/// A registry of Ollama's: manifests that name layers by their digests.
struct OllamaRegistry {
    static let usualAddress = "https://registry.ollama.ai"

    let address: String
    let token: String?
    let http: PullHTTP

    /// A model's name in its parts.
    struct Name: Sendable, Hashable {
        var namespace: String
        var model: String
        var tag: String

        /// As it is listed.
        var short: String {
            OllamaStore.name(host: OllamaStore.usualHost, namespace: namespace, model: model, tag: tag)
        }

        /// `MODEL[:TAG]` or `NAMESPACE/MODEL[:TAG]`.
        init(_ text: String) throws(PullFailure) {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let path = parts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            tag = parts.count > 1 ? String(parts[1]) : "latest"
            model = path.last ?? ""
            namespace = path.count == 2 ? path[0] : OllamaStore.usualNamespace
            let isName = { (text: String) in
                !text.isEmpty && !text.hasPrefix(".")
                    && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
            }
            guard path.count <= 2, isName(tag), isName(model), isName(namespace) else {
                throw PullFailure(
                    .badName, "`\(text)` is no name of a model at Ollama: write MODEL:TAG or USER/MODEL:TAG.")
            }
        }
    }

    /// What a model consists of.
    struct Manifest: Sendable {
        /// As it came: Ollama's digest of a model is that of these bytes.
        var bytes: [UInt8]
        var layers: [Layer]
    }

    struct Layer: Sendable, Hashable {
        var digest: String
        var size: Int
    }

    private static let manifestType = "application/vnd.docker.distribution.manifest.v2+json"

    func manifest(of name: Name) async throws -> Manifest {
        let bytes = try await http.document(
            .init(
                url: "\(address)/v2/\(name.namespace)/\(name.model)/manifests/\(name.tag)", accept: Self.manifestType,
                token: token))
        guard let value = try? Value(json: String(decoding: bytes, as: UTF8.self)), let layers = value["layers"]?.list
        else { throw PullFailure(.damaged, "\(address) does not answer as a registry of Ollama's does.") }
        guard layers.contains(where: { $0["mediaType"]?.string == OllamaStore.modelType }) else {
            throw PullFailure(
                .notFound,
                "\(name.model):\(name.tag) is no GGUF model, and runs in Ollama's cloud or with other engines only.")
        }
        let all = layers + [value["config"]].compactMap(\.self)
        return Manifest(
            bytes: bytes,
            layers: try all.map { layer throws(PullFailure) in
                guard let digest = layer["digest"]?.string, let size = layer["size"]?.integer,
                    RemoteFile.sizes.contains(size), ModelDigests.isDigest(digest)
                else { throw PullFailure(.damaged, "The manifest of \(name.model):\(name.tag) is damaged.") }
                return Layer(digest: digest, size: size)
            })
    }

    func remote(_ layer: Layer, of name: Name, in folder: String) -> RemoteFile {
        RemoteFile(
            url: "\(address)/v2/\(name.namespace)/\(name.model)/blobs/\(layer.digest)", token: token, size: layer.size,
            digest: layer.digest, destination: OllamaStore(folder).blob(layer.digest))
    }

    /// Makes the model known, once all its layers are here.
    func publish(_ manifest: Manifest, of name: Name, in folder: String) throws {
        // Whichever server stands in for it.
        let file = URL(
            filePath: OllamaStore(folder).manifest(namespace: name.namespace, model: name.model, tag: name.tag))
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(manifest.bytes).write(to: file, options: .atomic)
        } catch {
            throw PullFailure(.unwritable, "\(file.path) cannot be written: \(error.localizedDescription).")
        }
    }
}
