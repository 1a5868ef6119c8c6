import Foundation

/// Finds files by a pattern of `*`, `?`, `[abc]` within a name, and `**` for any number of folders.
struct FilePattern {
    /// So that a link that leads back up cannot make a walk endless.
    private static let deepestWalk = 64

    let hidden: Bool

    /// The files, not folders, that match an absolute pattern, sorted by path.
    func files(matching pattern: URL) throws -> [URL] {
        var found: Set<String> = []
        try walk(URL(filePath: "/"), Array(pattern.pathComponents.dropFirst()), depth: 0, &found)
        return found.sorted().map { URL(filePath: $0) }
    }

    private func walk(_ folder: URL, _ parts: [String], depth: Int, _ found: inout Set<String>) throws {
        try Task.checkCancellation()
        guard let part = parts.first, depth <= Self.deepestWalk else { return }
        let rest = Array(parts.dropFirst())
        if part == "**" {
            try walk(folder, rest.isEmpty ? ["*"] : rest, depth: depth + 1, &found)
            for name in names(in: folder) where matches(name, "*") {
                let inner = folder.appending(path: name)
                // Links are not followed here, or a folder could be found in many ways.
                if kind(inner, followingLinks: false) == .typeDirectory {
                    try walk(inner, parts, depth: depth + 1, &found)
                }
            }
            return
        }
        guard part.contains(where: { "*?[".contains($0) }) else {
            try visit(folder.appending(path: part), rest, depth: depth, &found)
            return
        }
        // A folder may be called `notes [2026]`: what is there under exactly this name is meant too.
        for name in names(in: folder) where name == part || matches(name, part) {
            try visit(folder.appending(path: name), rest, depth: depth, &found)
        }
    }

    private func visit(_ place: URL, _ rest: [String], depth: Int, _ found: inout Set<String>) throws {
        let kind = kind(place, followingLinks: true)
        if rest.isEmpty {
            if kind == .typeRegular { found.insert(place.path) }
        } else if kind == .typeDirectory {
            try walk(place, rest, depth: depth + 1, &found)
        }
    }

    /// A folder that cannot be read holds nothing to find.
    private func names(in folder: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }

    private func matches(_ name: String, _ pattern: String) -> Bool {
        fnmatch(pattern, name, hidden ? 0 : FNM_PERIOD) == 0
    }

    private func kind(_ place: URL, followingLinks: Bool) -> FileAttributeType? {
        let target = followingLinks ? place.resolvingSymlinksInPath() : place
        return (try? FileManager.default.attributesOfItem(atPath: target.path))?[.type] as? FileAttributeType
    }
}
