package import Foundation

/// What `~` stands for.
package enum HomeFolder {
    /// `HOME`, as shells take it, which Foundation on Linux does not look at; else the user's home in the system's list.
    package static func url(_ environment: [String: String]) -> URL {
        if let path = environment["HOME"], path.hasPrefix("/") { return URL(filePath: path) }
        return FileManager.default.homeDirectoryForCurrentUser
    }

    /// A path with the home folder in place of a `~` that begins it.
    package static func expand(_ path: String, _ environment: [String: String]) -> String {
        guard path == "~" || path.hasPrefix("~/") else { return path }
        return url(environment).path + path.dropFirst()
    }
}
