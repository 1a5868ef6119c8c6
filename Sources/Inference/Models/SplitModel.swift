/// A model in several files, named `NAME-00001-of-00003.gguf` and so on.
package enum SplitModel {
    /// All files of the model whose first one is at `path`; just that one if the model is whole.
    package static func parts(_ path: String, _ metadata: GGUFMetadata) throws(EngineError) -> [String] {
        let count = metadata.splitCount
        guard count > 1 else { return [path] }
        let end = "-of-\(padded(count)).gguf"
        guard count <= 99_999, path.lowercased().hasSuffix("-00001" + end) else {
            throw EngineError(
                .modelDamaged,
                "\(path) is one of \(count) files of a model: give them their own names back and name the first one, "
                    + "which ends in -00001\(end).")
        }
        let stem = path.dropLast(end.count + 5)
        return (1...count).map { stem + padded($0) + path.suffix(end.count) }
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
