package import Foundation
import Jinja

/// Finding and reading the files that people name on the command line.
package enum WorkflowFile {
    /// A file that cannot be found or read, in one sentence.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package var description: String
    }

    /// The file of a workflow: a path, or the name of a file in the project's `workflows` folder, or in another.
    package static func find(
        _ name: String, from folder: URL, on shelf: Project.Shelf = .workflows
    ) throws(Failure) -> URL {
        let folder = URL(filePath: folder.path, directoryHint: .isDirectory)
        let path = URL(filePath: name, relativeTo: folder).standardizedFileURL
        if isFile(path) { return path }
        let looksLikePath = name.contains("/") || Project.extensions.contains(path.pathExtension)
        guard !looksLikePath else { throw Failure(description: "there is no file \(name)") }
        let project = Project(around: folder)
        let files = project.workflowFiles(on: shelf)
        if let file = files.first(where: { $0.deletingPathExtension().lastPathComponent == name }) { return file }
        if let beside = Project.extensions.map({ path.appendingPathExtension($0) }).first(where: isFile) {
            return beside
        }
        let names = files.map { $0.deletingPathExtension().lastPathComponent }
        let hint: String
        if let near = nearest(name, among: names) {
            hint = "; did you mean `\(near)`?"
        } else if names.isEmpty {
            hint =
                ", and no folder `\(shelf.rawValue)` here or above"
                + (shelf == .workflows ? "; `nightjar init` makes one" : "")
        } else {
            hint = "; there are " + names.joined(separator: ", ")
        }
        throw Failure(description: "there is no \(shelf.noun) `\(name)`\(hint)")
    }

    /// Reads a file as text, within the size that a workflow may have.
    ///
    /// - Parameter shownAs: the file's name in diagnostics.
    package static func read(_ file: URL, shownAs name: String) throws(Failure) -> SourceText {
        let data: Data
        do {
            let size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
            // The reader would refuse it too, but only after it is in memory.
            guard size <= YAMLDocument.largestFile else {
                throw Failure(
                    description: "\(name) is larger than \(YAMLDocument.largestFile >> 20) MB, which is no workflow")
            }
            data = try Data(contentsOf: file)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(description: "\(name) cannot be read: \(reason(error))")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Failure(description: "\(name) is not UTF-8 text: save it in that encoding")
        }
        // A byte-order mark is no part of the text.
        return SourceText(file: name, text: text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text)
    }

    private static func isFile(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && !isFolder.boolValue
    }

    private static func reason(_ error: any Error) -> String {
        (error as? CocoaError)?.code == .fileReadNoPermission ? "no permission" : error.localizedDescription
    }
}
