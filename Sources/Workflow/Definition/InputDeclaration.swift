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
    package var pattern: String?
    package var minimum: Double?
    package var maximum: Double?
    package var shortest: Int?
    package var longest: Int?
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
        .optional(
            "pattern", \.pattern, .name,
            "A regular expression that the whole text must match, for `string` and `path`."),
        .optional("minimum", \.minimum, .anyNumber, "The least value, for `integer` and `number`."),
        .optional("maximum", \.maximum, .anyNumber, "The greatest value, for `integer` and `number`."),
        .optional(
            "min_length", \.shortest, .integer(0...Int.max), "The fewest characters, for `string` and `path`."),
        .optional(
            "max_length", \.longest, .integer(0...Int.max), "The most characters, for `string` and `path`."),
    ]

    package func validate(at place: Place, _ decoding: Decoding) {
        if kind == .choice, options.isEmpty { decoding.report("a `choice` needs `options`", at: place) }
        if kind != .choice, !options.isEmpty {
            decoding.report("`options` belongs to the type `choice`", at: place)
        }
        if isRequired, defaultValue != nil {
            decoding.report("an input with a `default` is never missing: leave out `required`", at: place)
        }
        validateBounds(at: place, decoding)
        guard let defaultValue else { return }
        guard let constant = defaultValue.constantValue else {
            decoding.report("a `default` holds no expression", at: place)
            return
        }
        // Null is what an input is that was not given.
        if !constant.isNull, case .failure(let mistake) = accept(constant) {
            decoding.report("the `default` is \(mistake.found), and the input takes \(mistake.expected)", at: place)
        }
    }

    private func validateBounds(at place: Place, _ decoding: Decoding) {
        let isText = kind == .string || kind == .path
        let isNumber = kind == .integer || kind == .number
        for (key, isGiven) in [
            ("pattern", pattern != nil), ("min_length", shortest != nil), ("max_length", longest != nil),
        ] where isGiven && !isText {
            decoding.report("`\(key)` belongs to the types `string` and `path`", at: place)
        }
        for (key, isGiven) in [("minimum", minimum != nil), ("maximum", maximum != nil)] where isGiven && !isNumber {
            decoding.report("`\(key)` belongs to the types `integer` and `number`", at: place)
        }
        if let minimum, let maximum, minimum > maximum {
            decoding.report("the `minimum` is above the `maximum`, so nothing would fit", at: place)
        }
        if let shortest, let longest, shortest > longest {
            decoding.report("the `min_length` is above the `max_length`, so nothing would fit", at: place)
        }
        if let pattern, (try? Regex(pattern)) == nil {
            decoding.report("the `pattern` is no regular expression", at: place)
        }
    }
}
