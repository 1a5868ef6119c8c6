import Foundation
import Inference
import LocalFiles

/// Fetches models from Hugging Face and from Ollama's registry into Nightjar's own store.
package struct ModelPull: Sendable {
    package struct Settings: Sendable {
        /// Hugging Face, or a server that speaks as it does.
        package var hub: String
        /// Ollama's registry, or a server that speaks as it does.
        package var registry: String
        /// For the hub alone.
        package var hubToken: String?
        /// For the registry alone.
        package var registryToken: String?
        /// Nightjar's own store.
        package var folder: String
        /// Where what came from a registry of Ollama's lies, as Ollama keeps it.
        package var registryFolder: String
        /// The memory that is free; `nil` if unknown.
        package var memory: Int?

        package init(
            hub: String? = nil, hubToken: String? = nil, registry: String? = nil, registryToken: String? = nil,
            folder: String, registryFolder: String, memory: Int?
        ) {
            self.hub = (hub ?? ModelHub.usualAddress).trimmingSuffix("/")
            self.registry = (registry ?? OllamaRegistry.usualAddress).trimmingSuffix("/")
            self.hubToken = hubToken
            self.registryToken = registryToken
            self.folder = folder
            self.registryFolder = registryFolder
            self.memory = memory
        }
    }

    /// What happens, in order.
    package enum Event: Sendable, Hashable {
        /// A decision, as a sentence without a full stop.
        case note(String)
        case progress(name: String, bytes: Int, total: Int)
        case finished(name: String, path: String)
    }

    private let settings: Settings
    private let http: PullHTTP
    private let report: @Sendable (Event) -> Void

    package init(_ settings: Settings, http: PullHTTP = PullHTTP(), report: @escaping @Sendable (Event) -> Void) {
        self.settings = settings
        self.http = http
        self.report = report
    }

    /// Fetches a model.
    ///
    /// - Parameter reference: `hf:ORG/REPO[:QUANTIZATION]` or `ollama:MODEL[:TAG]`.
    /// - Throws: ``PullFailure``, or `CancellationError`; what was fetched is kept for the next time.
    package func pull(_ reference: String) async throws {
        do {
            if reference.hasPrefix("hf:") {
                try await pullFromHub(String(reference.dropFirst(3)))
            } else if reference.hasPrefix("ollama:") {
                try await pullFromRegistry(String(reference.dropFirst(7)))
            } else {
                throw PullFailure(
                    .badName,
                    "`\(reference)` does not tell where to fetch it from: write hf:ORG/REPO, hf:ORG/REPO:Q4_K_M or "
                        + "ollama:MODEL:TAG.")
            }
            await http.close()
        } catch {
            await http.close()
            throw error
        }
    }

    private func pullFromHub(_ name: String) async throws {
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        let repository = parts.first ?? ""
        guard repository.split(separator: "/", omittingEmptySubsequences: false).count == 2, !repository.contains(".."),
            repository.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_./".contains($0)) })
        else { throw PullFailure(.badName, "`hf:\(name)` names no repository: write hf:ORG/REPO.") }
        let hub = ModelHub(address: settings.hub, token: settings.hubToken, http: http)
        let choice = try HubChoice(
            try await hub.files(of: repository), repository: repository, tag: parts.count > 1 ? parts[1] : nil,
            memory: settings.memory)
        if let reason = choice.reason { report(.note(reason)) }
        // The first file makes a model of the others, so it comes last.
        let files = ([choice.projector].compactMap(\.self) + choice.files.reversed()).map {
            hub.remote($0, of: repository, in: settings.folder)
        }
        try await fetch(files)
        guard let first = files.last else { return }
        report(.finished(name: ModelFileName.modelName(first.name) ?? first.name, path: first.destination))
    }

    private func pullFromRegistry(_ text: String) async throws {
        let name = try OllamaRegistry.Name(text)
        let registry = OllamaRegistry(address: settings.registry, token: settings.registryToken, http: http)
        let manifest = try await registry.manifest(of: name)
        try await fetch(manifest.layers.map { registry.remote($0, of: name, in: settings.registryFolder) })
        try registry.publish(manifest, of: name, in: settings.registryFolder)
        report(.finished(name: name.short, path: settings.registryFolder))
    }

    private func fetch(_ files: [RemoteFile]) async throws {
        let missing = files.filter { !isHere($0) }
        try checkRoom(for: missing)
        for file in missing {
            let download = try FileDownload(file, http) { [report] bytes in
                report(.progress(name: file.name, bytes: bytes, total: file.size))
            }
            try await download.perform()
        }
    }

    /// Whether a file was fetched before, and is the one that is announced now.
    private func isHere(_ file: RemoteFile) -> Bool {
        guard let stamp = FileStamp(file.destination), stamp.size == file.size else { return false }
        guard let digest = file.digest else { return true }
        return (try? ModelDigests(cachePath: nil).digest(file.destination)) == digest
    }

    /// Refuses before anything is fetched what the disk has no room for.
    private func checkRoom(for files: [RemoteFile]) throws(PullFailure) {
        let needed = files.reduce(0) { sum, file in
            sum + file.size - PartialFile.bytesHere(of: file)
        }
        guard needed > 0, let first = files.first, let free = DiskRoom.free(around: first.destination),
            needed + DiskRoom.margin > free
        else { return }
        throw PullFailure(
            .noRoom,
            "The disk has \(free.asBytes) left, and \(needed.asBytes) are to be fetched: make room, or set "
                + "XDG_DATA_HOME to a folder on another disk.")
    }
}

/// How much a disk can take.
enum DiskRoom {
    /// What is left to others.
    static let margin = 64 << 20

    /// The bytes that are free on the disk of the nearest folder that exists.
    static func free(around path: String) -> Int? {
        var folder = URL(filePath: path)
        repeat {
            folder = folder.deletingLastPathComponent()
        } while !FileManager.default.fileExists(atPath: folder.path)
            && folder.path != "/"
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { return nil }
        return Int(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
