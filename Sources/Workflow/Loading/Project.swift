package import Foundation

/// The folder that a workflow belongs to: relative paths count from it, and writes stay inside it.
package struct Project: Sendable, Hashable {
    package let folder: URL

    package init(folder: URL) {
        // Relative paths count from the folder only where its URL ends in a slash.
        self.folder = URL(filePath: folder.path, directoryHint: .isDirectory).standardizedFileURL
    }

    /// The folders in which files are found by name.
    package enum Shelf: String, Sendable, CaseIterable {
        case workflows
        case evaluations = "evals"

        /// What a file in it is called in messages.
        package var noun: String { self == .workflows ? "workflow" : "evaluation" }
    }

    /// The folder in which workflows are found by name.
    package var workflows: URL { url(of: .workflows) }

    private func url(of shelf: Shelf) -> URL { folder.appending(path: shelf.rawValue, directoryHint: .isDirectory) }

    static let extensions = ["yaml", "yml"]

    /// The project of a workflow file: the nearest folder above it with a `nightjar.yaml`; else the one that holds
    /// the file's `workflows` or `evals` folder; else the file's own folder.
    package init(ofWorkflow file: URL) {
        let own = file.standardizedFileURL.deletingLastPathComponent()
        let marked = Self.ancestors(of: own).first {
            FileManager.default.fileExists(atPath: $0.appending(path: Configuration.fileName).path)
        }
        if let marked {
            self.init(folder: marked)
        } else if Shelf(rawValue: own.lastPathComponent) != nil {
            self.init(folder: own.deletingLastPathComponent())
        } else {
            self.init(folder: own)
        }
    }

    /// The project that one stands in: the nearest folder, from here upwards, with a `nightjar.yaml` or a
    /// `workflows` folder; else this folder.
    package init(around folder: URL) {
        let marked = Self.ancestors(of: folder.standardizedFileURL).first { candidate in
            [Configuration.fileName, Shelf.workflows.rawValue].contains {
                FileManager.default.fileExists(atPath: candidate.appending(path: $0).path)
            }
        }
        self.init(folder: marked ?? folder)
    }

    private static func ancestors(of folder: URL) -> [URL] {
        var all = [folder]
        var current = folder
        while current.path != "/", all.count < 64 {
            current = current.deletingLastPathComponent()
            all.append(current)
        }
        return all
    }

    /// Where a path of a workflow leads: relative ones count from the folder, `~` is the home folder.
    package func url(_ path: String, environment: [String: String] = ProcessInfo.processInfo.environment) -> URL {
        URL(filePath: HomeFolder.expand(path, environment), relativeTo: folder).standardizedFileURL
    }

    /// The files of the project's `workflows` folder, or of another, sorted by name.
    package func workflowFiles(on shelf: Shelf = .workflows) -> [URL] {
        let place = url(of: shelf)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
        return names.sorted().map { place.appending(path: $0, directoryHint: .notDirectory) }
            .filter { Self.extensions.contains($0.pathExtension) && !$0.lastPathComponent.hasPrefix(".") }
    }
}
