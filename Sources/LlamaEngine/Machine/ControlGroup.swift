import Foundation

/// The limits that Linux sets a group of processes, such as a container or a systemd unit.
enum ControlGroup {
    /// The folders of our own group and those around it, the innermost first; empty where there are none.
    static func folders(version: Int) -> [String] {
        #if os(Linux)
            guard version == 2,
                let line = text("/proc/self/cgroup")?.split(separator: "\n").first(where: { $0.hasPrefix("0::") })
            else { return [] }
            var path = String(line.dropFirst(3))
            var folders: [String] = []
            while path != "/", !path.isEmpty, folders.count < 32 {
                folders.append("/sys/fs/cgroup" + path)
                path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            }
            return folders + ["/sys/fs/cgroup"]
        #else
            return []
        #endif
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
