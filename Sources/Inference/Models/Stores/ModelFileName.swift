import Foundation

/// What the name of a model's file tells.
package enum ModelFileName {
    nonisolated(unsafe) private static let partSuffix = /(.+)-(\d{5})-of-(\d{5})\.gguf/.ignoresCase()
    nonisolated(unsafe) private static let quantizations =
        /(?i)(?:^|[-._])((?:UD-)?(?:IQ[1-4]_[A-Z]+|Q\d_(?:K_[A-Z]+|K|\d)|TQ[12]_0|MXFP4(?:_MOE)?|NVFP4|BF16|F16|F32|FP16|FP32))(?=$|[-._])/

    /// The model's name behind its file's name, or `nil` for a file that is no model of its own: a projector, an importance
    /// matrix, or a later part of a split model.
    package static func modelName(_ file: String) -> String? {
        let suffix = ".gguf"
        guard file.lowercased().hasSuffix(suffix), file.utf8.count > suffix.utf8.count, !file.hasPrefix("."),
            !isProjector(file), !isImportanceMatrix(file)
        else { return nil }
        guard let part = part(file) else { return String(file.dropLast(suffix.count)) }
        return part.number == 1 ? part.model : nil
    }

    /// What the name of a part of a split model tells; `nil` for a file that is none.
    package static func part(_ file: String) -> (model: String, number: Int, count: Int)? {
        guard let match = file.wholeMatch(of: partSuffix), let number = Int(match.output.2),
            let count = Int(match.output.3), count > 0
        else { return nil }
        return (String(match.output.1), number, count)
    }

    /// Whether a file holds what quantizations were made with: `imatrix.gguf`. Models that were made with one may have the
    /// word in their names too, with a quantization.
    private static func isImportanceMatrix(_ file: String) -> Bool {
        file.lowercased().contains("imatrix") && quantization(file) == nil
    }

    /// Whether a file is the part of a model that sees pictures.
    package static func isProjector(_ file: String) -> Bool {
        let name = file.lowercased()
        return name.hasSuffix(".gguf") && name.contains("mmproj")
    }

    /// The projector of a model among those of a folder: one that has the model's name in its own, or the only one beside an
    /// only model.
    static func projector(of model: String, among projectors: [String], isOnlyModel: Bool) -> String? {
        let named = projectors.first { projector in
            var core = projector.lowercased().replacing("mmproj", with: "").replacing(".gguf", with: "")
            if let quantization = quantization(projector) { core = core.replacing(quantization.lowercased(), with: "") }
            core = core.trimmingCharacters(in: ["-", "_", "."])
            return !core.isEmpty && model.lowercased().hasPrefix(core)
        }
        return named ?? (projectors.count == 1 && isOnlyModel ? projectors[0] : nil)
    }

    /// `Q4_K_M` of `gemma-3-4b-it-Q4_K_M.gguf`, in capital letters; `nil` where the name tells none.
    package static func quantization(_ file: String) -> String? {
        file.matches(of: quantizations).last.map { $0.output.1.uppercased() }
    }
}
