import Inference
import Jinja

/// A repository of models at Hugging Face, or at a server that speaks as it does.
struct ModelHub {
    static let usualAddress = "https://huggingface.co"

    let address: String
    let token: String?
    let http: PullHTTP

    /// A server may not send lists for ever.
    private static let mostPages = 100

    /// A GGUF file of a repository.
    struct File: Sendable, Hashable {
        /// Inside the repository.
        var path: String
        var size: Int
        var digest: String?

        var folder: Substring { path.dropLast(name.count) }
        var name: String { path.split(separator: "/").last.map(String.init) ?? path }
        var quantization: String? { ModelFileName.quantization(name) }
    }

    /// All GGUF files of a repository.
    func files(of repository: String) async throws -> [File] {
        var files: [File] = []
        var page: String? = "\(address)/api/models/\(repository)/tree/main?recursive=true"
        for _ in 0..<Self.mostPages {
            guard let url = page else { return files }
            let (bytes, next) = try await http.page(.init(url: url, accept: "application/json", token: token))
            guard let list = (try? Value(json: String(decoding: bytes, as: UTF8.self)))?.list else {
                throw PullFailure(.damaged, "\(address) does not answer as Hugging Face does.")
            }
            files += list.compactMap(file)
            page = next
        }
        throw PullFailure(.damaged, "\(repository) has a list of files without an end.")
    }

    private func file(_ entry: Value) -> File? {
        guard entry["type"]?.string == "file", let path = entry["path"]?.string, let size = entry["size"]?.integer,
            path.lowercased().hasSuffix(".gguf"), Self.isSafe(path)
        else { return nil }
        let digest = entry["lfs"]?["oid"]?.string.map { $0.hasPrefix("sha256:") ? $0 : "sha256:\($0)" }
        let bytes = entry["lfs"]?["size"]?.integer ?? size
        guard RemoteFile.sizes.contains(bytes) else { return nil }
        return File(path: path, size: bytes, digest: digest.flatMap { ModelDigests.isDigest($0) ? $0 : nil })
    }

    /// Names come from outside, and must not lead out of the folder.
    private static func isSafe(_ path: String) -> Bool {
        !path.hasPrefix("/") && !path.split(separator: "/").contains { $0 == ".." || $0.hasPrefix(".") }
    }

    func remote(_ file: File, of repository: String, in folder: String) -> RemoteFile {
        RemoteFile(
            url: "\(address)/\(repository)/resolve/main/\(file.path.percentEncoded)", token: token, size: file.size,
            digest: file.digest, destination: "\(folder)/\(repository)/\(file.name)")
    }
}

extension String {
    /// As a path in a URL.
    fileprivate var percentEncoded: String {
        utf8.map { byte -> String in
            let scalar = Unicode.Scalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            guard !isPlain, !"-._~/".unicodeScalars.contains(scalar) else { return String(scalar) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
