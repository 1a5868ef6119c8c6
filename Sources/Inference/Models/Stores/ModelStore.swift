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
    package var path: String
    package var store: String
    /// The digest that the store keeps itself, as `sha256:…`; `nil` when it keeps none.
    package var digest: String?

    package init(name: String, path: String, store: String, digest: String? = nil) {
        self.name = name
        self.path = path
        self.store = store
        self.digest = digest
    }
}
