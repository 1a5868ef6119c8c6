import Jinja

/// `engines:` of the configuration: a server, a pool of engines, or what is set of the engine inside the process.
package struct EngineDeclaration: Declared {
    package enum Kind: String, Sendable, CaseIterable {
        /// An Ollama server, by its own API.
        case ollama
        /// A server that speaks OpenAI's protocol.
        case openai
        /// Several engines under one name.
        case pool
        /// The engine inside the process.
        case local
    }

    /// What the cache of the engine inside the process keeps its keys and values in.
    package enum CacheType: String, Sendable, CaseIterable {
        case f16
        case q8 = "q8_0"
        case q4 = "q4_0"
    }

    package var kind = Kind.ollama
    package var url: String?
    package var token: String?
    package var allowsRemote = false
    package var authorities: String?
    package var proxy: String?
    package var modelNames: [(key: String, value: String)] = []
    package var members: [String] = []
    package var parallel: Int?
    package var threads: Int?
    package var loadedModels: Int?
    package var gpuLayers: Int?
    package var cacheType: CacheType?
    package var unloadAfter: Duration?
    package var limits: LimitsDeclaration?

    package init() {}

    package static let fields: [Field<Self>] = [
        .required(
            "kind", \.kind, .choice(),
            "`ollama` for Ollama's own API; `openai` for LM Studio, llama-server, vLLM and every other server with OpenAI's protocol; `pool` for several engines under one name; `local` for settings of the engine inside the process, whose name is `local`."
        ),
        .optional(
            "url", \.url, .name,
            "Where the server is: `http://192.168.1.20:11434` for Ollama, and with `/v1` at its end for `openai`."),
        .optional(
            "token", \.token, .name,
            "The name of the secret that is sent to this server as a bearer token, and to no other."),
        .optional(
            "allow_remote", \.allowsRemote, .boolean, default: false,
            "Whether prompts may leave the local network for this engine: for a server elsewhere, or for cloud models behind an Ollama."
        ),
        .optional(
            "ca_file", \.authorities, .name,
            "A file of certificates (PEM) to trust in place of the system's, for a server with a certificate of your own."
        ),
        .optional(
            "proxy", \.proxy, .name,
            "An HTTP proxy by which the server is reached: `http://192.168.1.1:3128`. Proxies that the environment names are not used."
        ),
        .optional(
            "model_names", \.modelNames, .table(of: .name, named: "names"), default: nil,
            "What the server calls a model, by the name that workflows use: `gemma3:12b: google/gemma-3-12b`. It lets the members of a pool serve one name."
        ),
        .optional(
            "members", \.members, .array(of: .name, named: "engines"), default: nil, "The engines of a pool."),
        .optional(
            "parallel", \.parallel, .integer(1...256),
            "How many calls run at once, counted over all runs and processes on this machine; 1 if not given. For the engine inside the process: how many it answers side by side for the process that has its turn; as many as serve the machine if not given."
        ),
        .optional(
            "threads", \.threads, .integer(1...1024),
            "For the engine inside the process: the threads that compute; as many as there are physical cores for us if not given."
        ),
        .optional(
            "loaded_models", \.loadedModels, .integer(1...64),
            "For the engine inside the process: how many models stay loaded; 1 if not given. Of more, the one that was not used for the longest time makes room."
        ),
        .optional(
            "gpu_layers", \.gpuLayers, .integer(0...10_000),
            "For the engine inside the process: how many layers of a model a GPU computes, where libllama has one; all if not given."
        ),
        .optional(
            "cache_type", \.cacheType, .choice(),
            "For the engine inside the process: what the cache keeps its numbers in; `f16` if not given. `q8_0` and `q4_0` take about a half and a quarter of the memory, some more time, and make answers less exact."
        ),
        .optional(
            "unload_after", \.unloadAfter, .duration,
            "For the engine inside the process: a model that nobody asks for as long as this is let go of; 10m if not given."
        ),
        .optional("limits", \.limits, .record(), "How long a call may be silent before it is given up."),
    ]

    package func validate(at place: Place, _ decoding: Decoding) {
        switch kind {
        case .ollama, .openai:
            if url == nil { decoding.report("an engine of kind `\(kind.rawValue)` needs a `url`", at: place) }
            if !members.isEmpty { decoding.report("`members` is for engines of kind `pool`", at: place) }
        case .pool:
            if members.isEmpty { decoding.report("a pool needs `members`, at least one", at: place) }
            if url != nil { decoding.report("a pool has no `url`: its members have theirs", at: place) }
            if parallel != nil || limits != nil {
                decoding.report("`parallel` and `limits` are set on the members of a pool", at: place)
            }
        case .local:
            if url != nil || !members.isEmpty {
                decoding.report("the engine inside the process has no `url` and no `members`", at: place)
            }
        }
        if kind != .local {
            let isGiven = [
                ("threads", threads != nil), ("loaded_models", loadedModels != nil), ("gpu_layers", gpuLayers != nil),
                ("cache_type", cacheType != nil), ("unload_after", unloadAfter != nil),
            ]
            for (key, _) in isGiven.filter(\.1) {
                decoding.report("`\(key)` is for the engine inside the process, of kind `local`", at: place)
            }
        }
    }
}

/// `limits:` how long a model call may be silent.
package struct LimitsDeclaration: Declared {
    package var load: Duration?
    package var firstToken: Duration?
    package var betweenTokens: Duration?
    package var total: Duration?

    package init() {}

    package static let fields: [Field<Self>] = [
        .optional("load", \.load, .duration, "For loading the model; 10m if not given."),
        .optional(
            "first_token", \.firstToken, .duration,
            "For the evaluation of the prompt, up to the first token; 10m if not given."),
        .optional("between_tokens", \.betweenTokens, .duration, "Between two tokens; 2m if not given."),
        .optional(
            "total", \.total, .duration, "For the whole call, without the wait for its turn; 2h if not given."),
    ]
}

/// `secrets:` where a secret comes from; it never stands in a file of the project itself.
package struct SecretDeclaration: Declared {
    package var environment: String?
    package var file: String?

    package init() {}

    package static let fields: [Field<Self>] = [
        .optional("env", \.environment, .name, "The environment variable that holds it."),
        .optional("file", \.file, .name, "The file that holds it, which only its owner may read (mode 0600)."),
    ]

    package func validate(at place: Place, _ decoding: Decoding) {
        if (environment == nil) == (file == nil) {
            decoding.report("a secret comes from `env` or from a `file`, one of them", at: place)
        }
    }
}
