/// `downloads:` where models are fetched from.
package struct DownloadsDeclaration: Declared {
    package var hub: String?
    package var registry: String?
    package var token: String?
    package var registryToken: String?

    package init() {}

    package static let fields: [Field<Self>] = [
        .optional(
            "hub", \.hub, .name, "A server in place of `https://huggingface.co` that speaks as it does: a mirror."),
        .optional(
            "registry", \.registry, .name,
            "A server in place of `https://registry.ollama.ai` that speaks as it does."),
        .optional(
            "token", \.token, .name,
            "The name of the secret that is sent to the hub as a bearer token, for models that are not open to all."),
        .optional(
            "registry_token", \.registryToken, .name,
            "The name of the secret that is sent to the registry as a bearer token."),
    ]
}
