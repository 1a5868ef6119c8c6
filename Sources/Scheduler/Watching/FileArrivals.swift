import Foundation
import History
import LocalFiles

/// Finds the files of one folder that have come or changed, and are finished: still for as long as the schedule says.
struct FileArrivals {
    /// What a look at the folder gives.
    struct Look {
        /// Files that are to have a run together.
        var ready: [SeenFile] = []
        /// Files that need no run: they were there before the schedule was.
        var old: [SeenFile] = []
        /// Files that are not there any more.
        var gone: [String] = []
        /// When to look again, though nothing is heard of the folder.
        var next: Date?
    }

    private let folder: Schedule.WatchedFolder
    /// The files that are accounted for, in the state they had then.
    private var seen: [String: String]
    private var restless: [String: (stamp: String, since: Date)] = [:]

    /// The file that stands for a first look, in the record of a folder.
    private static let firstLook = ""
    /// Files that are finished wait for others that are not, up to so many times their own rest.
    private static let patience = 5.0

    init(_ folder: Schedule.WatchedFolder, seen: [String: String]) {
        self.folder = folder
        self.seen = seen
    }

    mutating func look(at now: Date) -> Look {
        var look = Look()
        guard let files = files() else {
            // It may be made, or mounted, and nobody would tell.
            look.next = now.addingTimeInterval(30)
            return look
        }
        if seen[Self.firstLook] == nil {
            look.old = [SeenFile(path: Self.firstLook, stamp: "")]
            if !folder.runsForExisting { look.old += files.map { SeenFile(path: $0.key, stamp: $0.value) } }
            for file in look.old { seen[file.path] = file.stamp }
        }
        look.gone = seen.keys.filter { $0 != Self.firstLook && files[$0] == nil }.sorted()
        for path in look.gone { seen[path] = nil }
        restless = restless.filter { files[$0.key] != nil }
        for (path, stamp) in files where seen[path] != stamp {
            if restless[path]?.stamp != stamp { restless[path] = (stamp, now) }
        }
        takeReady(into: &look, at: now)
        return look
    }

    private mutating func takeReady(into look: inout Look, at now: Date) {
        let finished = restless.filter { now.timeIntervalSince($0.value.since) >= folder.settle }
        let longest = finished.values.map { now.timeIntervalSince($0.since) }.max() ?? 0
        if !finished.isEmpty, finished.count == restless.count || longest >= folder.settle * Self.patience {
            look.ready = finished.map { SeenFile(path: $0.key, stamp: $0.value.stamp) }.sorted { $0.path < $1.path }
            for file in look.ready {
                seen[file.path] = file.stamp
                restless[file.path] = nil
            }
        }
        let waits = restless.values.map { file in
            let rest = folder.settle - now.timeIntervalSince(file.since)
            return rest > 0 ? rest : folder.settle
        }
        look.next = waits.min().map { now.addingTimeInterval(max($0, 0.05)) }
    }

    /// The files that count, by their paths; `nil` where the folder cannot be read.
    private func files() -> [String: String]? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return nil }
        var files: [String: String] = [:]
        for name in names where fnmatch(folder.pattern, name, FNM_PERIOD) == 0 {
            let path = "\(folder.path)/\(name)"
            if let stamp = FileStamp(path) { files[path] = stamp.text }
        }
        return files
    }
}
