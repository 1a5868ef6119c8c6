import Foundation

/// A folder of `.gguf` files: the project's `models/`, the models that Nightjar was shipped with, or llama.cpp's old cache.
///
/// A model's name is its file's name without `.gguf`. Of a split model only the first file is listed, and image
/// projectors (`mmproj…`) are parts of models, not models.
package struct ModelFolder: ModelStore {
    package let label: String
    package let location: String

    package init(_ path: String, label: String) {
        location = path
        self.label = label
    }

    package func models() -> [StoredModel] {
        let files = FolderListing(location).files
        let projectors = files.filter(ModelFileName.isProjector)
        let models = files.compactMap { file in ModelFileName.modelName(file).map { (file: file, name: $0) } }
        return models.map { file, name in
            var layers = ModelLayers()
            layers.projector =
                ModelFileName.projector(of: name, among: projectors, isOnlyModel: models.count == 1)
                .map { FolderListing.path(location, $0) }
            // llama.cpp's old cache: `ORG_REPO-GGUF_FILE`.
            let own = name.range(of: "-GGUF_", options: .caseInsensitive).map { String(name[$0.upperBound...]) }
            return StoredModel(
                name: name, otherNames: own.map { [$0] } ?? [], path: FolderListing.path(location, file), store: label,
                layers: layers)
        }
    }
}

/// The names in a folder, sorted; none of one that does not exist or cannot be read.
struct FolderListing {
    private let path: String
    let names: [String]

    init(_ path: String) {
        self.path = path
        names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    /// The names that are no folders'; links count as what they point to.
    var files: [String] { names.filter { !isFolder($0) } }
    var folders: [String] { names.filter(isFolder) }

    private func isFolder(_ name: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: Self.path(path, name), isDirectory: &isFolder)
            && isFolder.boolValue
    }

    static func path(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }
}
