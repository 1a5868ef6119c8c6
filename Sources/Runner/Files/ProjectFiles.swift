import Foundation
import Workflow

/// How paths in a workflow become files: relative ones count from the project's folder, `~` is the home folder.
struct ProjectFiles: Sendable {
    let project: Project
    let writeRoots: [URL]
    let environment: [String: String]

    init(project: Project, writeRoots: [URL], environment: [String: String] = [:]) {
        self.project = project
        self.writeRoots = writeRoots
        self.environment = environment
    }

    init(_ setting: RunSetting) {
        self.init(
            project: setting.project,
            writeRoots: setting.writeRoots + setting.options.writeRoots.map { URL(filePath: $0) },
            environment: setting.environment)
    }

    func url(_ path: String) -> URL {
        project.url(path, environment: environment)
    }

    /// A file's path as messages and later steps show it: below the project's folder without that folder.
    func shown(_ url: URL) -> String {
        let root = project.folder.standardizedFileURL.path
        let path = url.path
        let prefix = root.hasSuffix("/") ? root : root + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }

    /// The place to write to, after every symbolic link on the way.
    ///
    /// - Throws: ``StepFailure`` where the place is not in the project's folder or a write root.
    func writable(_ path: String) throws(StepFailure) -> URL {
        guard !path.isEmpty else { throw StepFailure(.badValue, "the path to write to is empty") }
        guard !path.contains("\0") else { throw StepFailure(.badValue, "the path to write to holds a NUL character") }
        let wanted = url(path)
        let place = Self.resolvingLinks(of: wanted)
        let roots = ([project.folder] + writeRoots).map(Self.resolvingLinks)
        guard roots.contains(where: { Self.isInside(place, $0) }) else {
            throw StepFailure(
                .writeRefused,
                "\(path) is outside the project folder \(project.folder.path): writing there needs `--allow-write \(place.deletingLastPathComponent().path)`"
            )
        }
        // Whoever may write the rules has none.
        guard place.lastPathComponent.lowercased() != Configuration.fileName else {
            throw StepFailure(
                .writeRefused,
                "\(path) is a configuration of Nightjar, which says where steps may write: no step writes it")
        }
        return place
    }

    private static func isInside(_ place: URL, _ root: URL) -> Bool {
        place.pathComponents.count > root.pathComponents.count && place.pathComponents.starts(with: root.pathComponents)
    }

    /// Follows the links of the part of a path that exists, and those that point nowhere yet: a write would follow
    /// them too.
    private static func resolvingLinks(of url: URL) -> URL {
        var existing = url.standardizedFileURL
        var missing: [String] = []
        var followed = 0
        while existing.path != "/" {
            if let real = realPath(existing) { return missing.reversed().reduce(real) { $0.appending(path: $1) } }
            if followed < mostLinks,
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: existing.path)
            {
                followed += 1
                let folder = existing.deletingLastPathComponent()
                existing = URL(filePath: target, relativeTo: folder).standardizedFileURL
            } else {
                missing.append(existing.lastPathComponent)
                existing = existing.deletingLastPathComponent()
            }
        }
        return missing.reversed().reduce(existing) { $0.appending(path: $1) }
    }

    /// As many links as Linux follows in one path.
    private static let mostLinks = 40

    private static func realPath(_ url: URL) -> URL? {
        guard let buffer = realpath(url.path, nil) else { return nil }
        defer { free(buffer) }
        return URL(filePath: String(cString: buffer))
    }
}
