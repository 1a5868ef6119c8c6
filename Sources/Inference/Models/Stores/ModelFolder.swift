import Foundation

/// A folder of `.gguf` files: the project's `models/`, Nightjar's own store, or the models it was shipped with.
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
        let names = (try? FileManager.default.contentsOfDirectory(atPath: location)) ?? []
        return names.sorted().compactMap { file in
            guard let name = Self.modelName(file) else { return nil }
            let path = location.hasSuffix("/") ? location + file : "\(location)/\(file)"
            return StoredModel(name: name, path: path, store: label)
        }
    }

    /// The model's name behind a file's name, or `nil` for a file that is no model of its own.
    static func modelName(_ file: String) -> String? {
        let suffix = ".gguf"
        guard file.lowercased().hasSuffix(suffix), file.utf8.count > suffix.utf8.count, !file.hasPrefix("."),
            !file.lowercased().hasPrefix("mmproj")
        else { return nil }
        let stem = String(file.dropLast(suffix.count))
        guard let split = stem.wholeMatch(of: /(.+)-(\d{5})-of-\d{5}/) else { return stem }
        return split.output.2 == "00001" ? String(split.output.1) : nil
    }
}
