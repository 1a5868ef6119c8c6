import Foundation

/// The cache of the Hugging Face hub, which llama.cpp uses too: `models--ORG--NAME/snapshots/COMMIT/FILE`, where files are
/// links to blobs that are named by their digest.
package struct HubCache: ModelStore {
    package let label: String
    package let location: String

    private static let prefix = "models--"

    package init(_ path: String, label: String) {
        location = path
        self.label = label
    }

    package func models() -> [StoredModel] {
        FolderListing(location).folders.flatMap { folder -> [StoredModel] in
            guard folder.hasPrefix(Self.prefix) else { return [] }
            let parts = folder.dropFirst(Self.prefix.count).split(separator: "--", maxSplits: 1)
            guard parts.count == 2 else { return [] }
            let path = FolderListing.path(location, folder)
            var seen: Set<String> = []
            return snapshots(path).flatMap { snapshot in
                RepositoryFolder(repository: "\(parts[0])/\(parts[1])", path: snapshot)
                    .models(store: label, digest: Self.digest)
            }.filter { seen.insert($0.name).inserted }
        }
    }

    /// That of the main branch first: its files hide those of others with the same names.
    private func snapshots(_ repository: String) -> [String] {
        let folder = FolderListing.path(repository, "snapshots")
        let main = FileManager.default.contents(atPath: FolderListing.path(repository, "refs/main"))
            .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
        let names = FolderListing(folder).folders
        return (names.filter { $0 == main } + names.filter { $0 != main }).map { FolderListing.path(folder, $0) }
    }

    /// Large files' blobs are named by their sha256, small ones' by another digest.
    private static func digest(_ path: String) -> String? {
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path),
            let name = target.split(separator: "/").last
        else { return nil }
        let digest = "sha256:\(name.lowercased())"
        return ModelDigests.isDigest(digest) ? digest : nil
    }
}
