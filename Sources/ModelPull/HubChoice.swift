import Foundation
import Inference

/// Which files of a repository are fetched: one model in one quantization, with what belongs to it.
struct HubChoice {
    /// The files of the model, in order; more than one for a split model.
    var files: [ModelHub.File]
    /// The part that sees pictures.
    var projector: ModelHub.File?
    /// Why this quantization was taken, where none was named: a sentence.
    var reason: String?

    /// What is taken where nothing is said and there is room: hardly worse than the original at a third of its size.
    private static let usual = "Q4_K_M"
    /// The share of the free memory that weights may take: the context needs some too.
    private static let share = 0.75

    private struct Model {
        var name: String
        var files: [ModelHub.File]

        var size: Int { files.reduce(0) { $0 + $1.size } }
        var quantization: String? { ModelFileName.quantization(name) }
    }

    /// - Parameters:
    ///   - tag: A quantization, or a file's name; `nil` to choose by the machine.
    ///   - memory: The bytes that are free; `nil` if unknown.
    init(_ all: [ModelHub.File], repository: String, tag: String?, memory: Int?) throws(PullFailure) {
        let models = Self.models(all)
        guard !models.isEmpty else {
            throw PullFailure(
                .notFound,
                "\(repository) has no GGUF files: look for a repository with \"GGUF\" in its name, or for another "
                    + "maker's conversion.")
        }
        let chosen: Model
        if let tag {
            chosen = try Self.named(tag, among: models, repository)
        } else {
            (chosen, reason) = try Self.fitting(models, memory: memory, repository)
        }
        files = chosen.files
        let projectors = all.filter { ModelFileName.isProjector($0.name) }
        // Pictures lose more than text by quantization.
        projector = projectors.first { $0.quantization == "F16" } ?? projectors.first
    }

    private static func models(_ files: [ModelHub.File]) -> [Model] {
        files.sorted { $0.path < $1.path }.compactMap { file in
            guard let name = ModelFileName.modelName(file.name) else { return nil }
            guard let count = ModelFileName.part(file.name)?.count else { return Model(name: name, files: [file]) }
            let parts = files.filter {
                let part = ModelFileName.part($0.name)
                return $0.folder == file.folder && part?.model == name && part?.count == count
            }
            // A model of which parts are missing is none.
            return parts.count == count ? Model(name: name, files: parts.sorted { $0.name < $1.name }) : nil
        }
    }

    private static func named(_ tag: String, among models: [Model], _ repository: String) throws(PullFailure) -> Model {
        let wanted = tag.lowercased()
        let found =
            models.filter {
                $0.quantization?.lowercased() == wanted || $0.name.lowercased() == wanted
                    || "\($0.name).gguf".lowercased() == wanted
            }
        if found.count == 1 { return found[0] }
        let names = (found.isEmpty ? models : found).map { found.isEmpty ? $0.quantization ?? $0.name : $0.name }
        throw PullFailure(
            found.isEmpty ? .notFound : .badName,
            found.isEmpty
                ? "\(repository) has no \(tag): there are \(names.joined(separator: ", "))."
                : "`\(tag)` may be one of \(names.joined(separator: ", ")): name the file.")
    }

    private static func fitting(
        _ models: [Model], memory: Int?, _ repository: String
    ) throws(PullFailure) -> (Model, String) {
        let room = memory.map { Int(Double($0) * share) } ?? .max
        let fitting = models.filter { $0.size <= room }.sorted { $0.size < $1.size }
        let free = memory.map { ", and \($0.asBytes) of memory are free" } ?? ""
        guard let largest = fitting.last else {
            let smallest = models.map(\.size).min() ?? 0
            throw PullFailure(
                .notFound,
                "No model of \(repository) fits: the smallest takes \(smallest.asBytes)\(free). Name a quantization to "
                    + "fetch it all the same.")
        }
        if let usual = fitting.first(where: { $0.quantization == usual }) {
            return (usual, "took \(Self.usual), the usual one: it takes \(usual.size.asBytes)\(free)")
        }
        let bits = fitting.last { !["F16", "BF16", "F32"].contains($0.quantization ?? "") } ?? largest
        return (
            bits,
            "took \(bits.quantization ?? bits.name), the largest that fits: it takes \(bits.size.asBytes)\(free)"
        )
    }
}
