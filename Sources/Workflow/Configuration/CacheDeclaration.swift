import Jinja

/// `cache:` of the configuration: the answers of model calls that would give the same again.
package struct CacheDeclaration: Declared {
    package var isOn = true
    package var megabytes = 256

    package init() {}

    package static let shorthand: String? = "enabled"
    package static let fields: [Field<Self>] = [
        .optional(
            "enabled", \.isOn, .boolean, default: true,
            "Whether prompts without a `cache` of their own use it. Without `cache` in the configuration they do not."),
        .optional(
            "max_mb", \.megabytes, .integer(1...1_000_000), default: 256,
            "What all answers together may take, in megabytes; those that were not used for longest make room."),
    ]
}
