import Foundation
import LocalFiles

/// A file on its way: its bytes in `NAME.part`, and beside it in `NAME.part.json` which pieces are there already.
///
/// What another fetch of another version has left is of no use and is begun anew.
package final class PartialFile {
    /// What stands beside the bytes.
    private struct State: Codable, Equatable {
        var size: Int
        var digest: String?
        var pieceSize: Int
        var done: [Int]

        var bytes: Int { done.reduce(0) { $0 + range(ofPiece: $1).count } }

        /// The file may have been damaged.
        var isSound: Bool {
            guard PartialFile.pieceSizes.contains(pieceSize) else { return false }
            let pieces = 0..<(size + pieceSize - 1) / pieceSize
            return done.allSatisfy(pieces.contains) && Set(done).count == done.count
        }

        func range(ofPiece index: Int) -> Range<Int> {
            index * pieceSize..<max(index * pieceSize, min(size, (index + 1) * pieceSize))
        }
    }

    private let destination: String
    /// Where the bytes are.
    let path: String
    private let statePath: String
    private var state: State
    private let handle: FileHandle
    /// Two fetches of one file would damage each other's.
    private let lock: LockFile

    private static let pieceSizes = 1 << 20...64 << 20

    init(_ file: RemoteFile) throws(PullFailure) {
        destination = file.destination
        path = Self.path(of: file)
        statePath = Self.statePath(of: file)
        let folder = URL(filePath: destination).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw PullFailure(.unwritable, "The folder \(folder.path) cannot be made: \(error.localizedDescription).")
        }
        lock = try Self.lock(path, of: file)
        guard let handle = FileHandle(forUpdatingAtPath: path) else {
            throw PullFailure(.unwritable, "\(path) cannot be written.")
        }
        self.handle = handle
        if let kept = Self.kept(of: file) {
            state = kept
        } else {
            state = State(
                size: file.size, digest: file.digest,
                pieceSize: min(max(file.size / 64, Self.pieceSizes.lowerBound), Self.pieceSizes.upperBound), done: [])
            try? FileManager.default.removeItem(atPath: statePath)
            do {
                try handle.truncate(atOffset: 0)
            } catch {
                throw PullFailure(.unwritable, "\(path) cannot be written: \(error.localizedDescription).")
            }
        }
    }

    deinit {
        try? handle.close()
    }

    /// Makes the file where there is none, and takes the lock on it.
    private static func lock(_ path: String, of file: RemoteFile) throws(PullFailure) -> LockFile {
        do {
            let lock = try LockFile(making: path)
            // One that was renamed meanwhile is whole: the other fetch has ended well.
            if try lock.lock(.exclusive), lock.isCurrent { return lock }
        } catch {
            throw PullFailure(
                .unwritable, "\(path) cannot be written: \(String(cString: strerror(error.systemError))).")
        }
        throw PullFailure(.busy, "Another command is fetching \(file.name): wait for it, or stop it.")
    }

    private static func path(of file: RemoteFile) -> String { path(of: file.destination) }
    private static func statePath(of file: RemoteFile) -> String { statePath(of: file.destination) }
    private static func path(of destination: String) -> String { destination + ".part" }
    private static func statePath(of destination: String) -> String { path(of: destination) + ".json" }
    private static func newStatePath(of destination: String) -> String { statePath(of: destination) + ".new" }

    /// What a fetch that was cut off may have left beside the place of a file.
    package static func paths(of destination: String) -> [String] {
        [path(of: destination), statePath(of: destination), newStatePath(of: destination)]
    }

    /// What an earlier fetch of the same file has left.
    private static func kept(of file: RemoteFile) -> State? {
        guard let data = FileManager.default.contents(atPath: statePath(of: file)),
            let state = try? JSONDecoder().decode(State.self, from: data), state.size == file.size,
            state.digest == file.digest, state.isSound, FileManager.default.fileExists(atPath: path(of: file))
        else { return nil }
        return state
    }

    /// The bytes of a file that an earlier fetch has left in whole pieces.
    static func bytesHere(of file: RemoteFile) -> Int { kept(of: file)?.bytes ?? 0 }

    /// The bytes that are there in whole pieces.
    var bytes: Int { state.bytes }

    /// The pieces that are wanted still.
    var missing: [Int] {
        let done = Set(state.done)
        let count = (state.size + state.pieceSize - 1) / state.pieceSize
        return (0..<count).filter { !done.contains($0) }
    }

    func range(ofPiece index: Int) -> Range<Int> { state.range(ofPiece: index) }

    func write(_ bytes: [UInt8], at offset: Int) throws(PullFailure) {
        do {
            try handle.seek(toOffset: UInt64(offset))
            try handle.write(contentsOf: bytes)
        } catch {
            throw PullFailure(.unwritable, "\(path) cannot be written: \(error.localizedDescription).")
        }
    }

    /// Notes that a piece is there.
    func finish(piece index: Int) throws(PullFailure) {
        state.done.append(index)
        do {
            try handle.synchronize()
            // Under a name that is known, so that nothing stays behind where this process is killed here.
            try JSONEncoder().encode(state).write(to: URL(filePath: Self.newStatePath(of: destination)))
        } catch {
            throw PullFailure(.unwritable, "\(statePath) cannot be written: \(error.localizedDescription).")
        }
        try Self.move(Self.newStatePath(of: destination), to: statePath)
    }

    /// Gives the file its name. All of it is there and right.
    func publish() throws(PullFailure) {
        try Self.move(path, to: destination)
        discard()
    }

    private static func move(_ path: String, to new: String) throws(PullFailure) {
        guard rename(path, new) == 0 else {
            throw PullFailure(.unwritable, "\(new) cannot be written: \(String(cString: strerror(errno))).")
        }
    }

    /// Takes everything away.
    func discard() {
        for path in Self.paths(of: destination) { try? FileManager.default.removeItem(atPath: path) }
    }
}
