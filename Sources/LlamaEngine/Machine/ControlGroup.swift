import Foundation

/// The limits that Linux sets a group of processes, such as a container or a systemd unit.
enum ControlGroup {
    /// Where a controller's files of one group lie, in the first or the second version of the interface.
    struct Folder {
        var path: String
        var version: Int
    }

    /// The folders of our own group and those around it, the innermost first; empty where there are none.
    /// - Parameter controller: `memory` or `cpu`.
    static func folders(of controller: String) -> [Folder] {
        #if os(Linux)
            // Each line is `NUMBER:CONTROLLERS:PATH`; the second version's is `0::PATH`.
            let lines = text("/proc/self/cgroup")?.split(separator: "\n") ?? []
            return lines.flatMap { line -> [Folder] in
                let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
                guard fields.count == 3 else { return [] }
                let isUnified = fields[0] == "0" && fields[1].isEmpty
                guard isUnified || fields[1].split(separator: ",").contains(where: { $0 == controller }) else {
                    return []
                }
                let root = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/\(controller)"
                return paths(from: fields[2]).map { Folder(path: root + $0, version: isUnified ? 2 : 1) }
            }
        #else
            return []
        #endif
    }

    /// A group's path and those of all groups around it, up to the outermost, which is empty.
    private static func paths(from path: Substring) -> [Substring] {
        var path = path == "/" ? "" : path
        var paths: [Substring] = []
        while !path.isEmpty, paths.count < 32 {
            paths.append(path)
            path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        }
        return paths + [""]
    }

    static func number(_ path: String) -> Int? {
        text(path).flatMap { Int($0) }
    }

    /// A small file's text without white space around it.
    static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map {
            String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }
}
