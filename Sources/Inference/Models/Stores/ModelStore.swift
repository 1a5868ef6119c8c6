import Foundation
import Jinja

/// A place where models lie: a folder of GGUF files, or the store of another program.
package protocol ModelStore: Sendable {
    /// A word for the place, as listings show it: `project`, `nightjar`, …
    var label: String { get }

    /// The place itself, for messages.
    var location: String { get }

    /// The models there, without opening any. A store that does not exist is empty.
    func models() -> [StoredModel]
}

/// A model as a store knows it: a name and a file.
package struct StoredModel: Sendable, Hashable {
    package var name: String
    /// What else it is called, by people and other programs.
    package var otherNames: [String]
    package var path: String
    package var store: String
    /// The digest that the store keeps itself, as `sha256:…`; `nil` when it keeps none.
    package var digest: String?
    /// What the store keeps beside the model's file.
    package var layers: ModelLayers

    package init(
        name: String, otherNames: [String] = [], path: String, store: String, digest: String? = nil,
        layers: ModelLayers = ModelLayers()
    ) {
        self.name = name
        self.otherNames = otherNames
        self.path = path
        self.store = store
        self.digest = digest
        self.layers = layers
    }

    package var names: [String] { [name] + otherNames }
}

/// The files that belong to a model beside its own.
package struct ModelLayers: Sendable, Hashable {
    /// A chat template in Ollama's notation, which is Go's.
    package var template: String?
    /// Ollama's parameters, a JSON mapping.
    package var parameters: String?
    /// The part of a model that sees pictures.
    package var projector: String?
    /// LoRA adapters.
    package var adapters: [String] = []

    package init() {}

    /// The texts before which Ollama's parameters say that answers end.
    package var stops: [String] {
        guard let parameters, let data = FileManager.default.contents(atPath: parameters), data.count < 1 << 20 else {
            return []
        }
        let value = (try? Value(json: String(decoding: data, as: UTF8.self)))?["stop"]
        return value?.string.map { [$0] } ?? value?.list?.compactMap(\.string) ?? []
    }
}
