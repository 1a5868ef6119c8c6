package import Foundation
package import History

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// What the processes of runs write: a file for each run.
package struct RunLogs: Sendable {
    package let folder: URL

    /// - Parameter state: the folder of all that Nightjar keeps.
    package init(state: URL) {
        folder = state.appending(path: "logs/runs", directoryHint: .isDirectory)
    }

    package func file(_ run: RunID) -> URL { folder.appending(path: "\(run).log") }

    /// The runs of which there are files.
    package func runs() -> [RunID] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.compactMap { $0.hasSuffix(".log") ? RunID(String($0.dropLast(4))) : nil }
    }

    /// Removes the files of runs that are gone.
    package func remove(_ runs: some Sequence<RunID>) {
        for run in runs { try? FileManager.default.removeItem(at: file(run)) }
    }

    func open(_ run: RunID) throws -> FileDescriptor {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return try FileDescriptor.open(
            FilePath(file(run).path), .writeOnly, options: [.create, .append, .closeOnExec],
            permissions: .ownerReadWrite)
    }

    /// The last line that is not empty, of at most so many characters.
    func lastLine(_ run: RunID) -> String {
        guard let handle = try? FileHandle(forReadingFrom: file(run)) else { return "" }
        defer { try? handle.close() }
        let size = (try? handle.seekToEnd()) ?? 0
        try? handle.seek(toOffset: size > 4096 ? size - 4096 : 0)
        let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
        let line = text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
        return line.map { String($0.suffix(300)) } ?? ""
    }
}
