import Jinja

/// `nightjar.lock`: the models that the workflows of a project were made with, so that a run with others is noticed.
package struct ModelLock: Declared {
    /// A model as it was when it was pinned.
    package struct Pin: Declared {
        package var digest = ""
        package var size: Int?
        /// Where the model was found: a server's address, or a file.
        package var origin = ""
        /// The day on which it was pinned.
        package var date = ""

        package init() {}

        package init(digest: String, size: Int?, origin: String, date: String) {
            self.digest = digest
            self.size = size
            self.origin = origin
            self.date = date
        }

        package static let fields: [Field<Self>] = [
            .required("digest", \.digest, .name, "`sha256:` and the digest of the model."),
            .optional("size", \.size, .integer(0...Int.max), "The model's size in bytes."),
            .optional("from", \.origin, .name, default: nil, "Where it was found."),
            .optional("pinned", \.date, .name, default: nil, "The day on which it was pinned."),
        ]
    }

    package var version = 1
    package var models: [(key: String, value: Pin)] = []

    package init() {}

    package static let fileName = "nightjar.lock"

    package static let fields: [Field<Self>] = [
        .required("version", \.version, .integer(1...1), "The version of the file's form: 1."),
        .optional(
            "models", \.models, .table(of: .record(), named: "models"), default: nil,
            "The pinned models by their references."),
    ]

    /// Reads a lock file.
    ///
    /// - Throws: every mistake of the file, in order.
    package init(_ source: SourceText) throws(Diagnostics) {
        self = try Self.read(source) ?? ModelLock()
    }

    package subscript(reference: String) -> Pin? {
        get { models.first { $0.key == reference }?.value }
        set {
            models.removeAll { $0.key == reference }
            if let newValue { models.append((reference, newValue)) }
            models.sort { $0.key < $1.key }
        }
    }

    /// The file's text.
    package var text: String {
        func quoted(_ text: String) -> String { Value.string(text).json(.compact) }
        let lines = models.map { reference, pin in
            var lines = ["  \(quoted(reference)):", "    digest: \(quoted(pin.digest))"]
            if let size = pin.size { lines.append("    size: \(size)") }
            lines.append("    from: \(quoted(pin.origin))")
            lines.append("    pinned: \(quoted(pin.date))")
            return lines.joined(separator: "\n")
        }
        return """
            # Written by `nightjar models pin`: the models that this project's workflows were made with.
            # A run whose model is another one stops; `nightjar run --update-lock` accepts it.
            version: 1
            models:\(models.isEmpty ? " {}" : "\n" + lines.joined(separator: "\n"))

            """
    }
}
