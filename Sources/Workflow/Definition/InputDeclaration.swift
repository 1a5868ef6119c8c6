import Jinja

/// An input of a workflow: what the person who runs it may or must give.
package struct InputDeclaration: Declared {
    package enum Kind: String, Sendable, CaseIterable {
        case string, integer, number, boolean, path, choice, json
    }

    package var kind = Kind.string
    package var isRequired = false
    package var defaultValue: TemplatedValue?
    package var explanation: String?
    package var options: [String] = []
    package var place = Place.start

    package init() {}

    package static let fields: [Field<Self>] = [
        .optional(
            "type", \.kind, .choice(), default: "string",
            "What the input is. A `path` given on the command line counts from the folder that one is in."),
        .optional("required", \.isRequired, .boolean, default: false, "Whether a run without it is refused."),
        .optional("default", \.defaultValue, .value, "What holds when it is not given; null without a default."),
        .optional("description", \.explanation, .name, "A sentence for people."),
        .optional(
            "options", \.options, .array(of: .name, named: "texts"), default: nil,
            "What a `choice` may be."),
    ]

    package func validate(at place: Place, _ decoding: Decoding) {
        if kind == .choice, options.isEmpty { decoding.report("a `choice` needs `options`", at: place) }
        if kind != .choice, !options.isEmpty {
            decoding.report("`options` belongs to the type `choice`", at: place)
        }
        if isRequired, defaultValue != nil {
            decoding.report("an input with a `default` is never missing: leave out `required`", at: place)
        }
        guard let defaultValue else { return }
        guard let constant = defaultValue.constantValue else {
            decoding.report("a `default` holds no expression", at: place)
            return
        }
        if case .failure(let mistake) = accept(constant) {
            decoding.report("the `default` is \(mistake.found), and the input takes \(mistake.expected)", at: place)
        }
    }
}
