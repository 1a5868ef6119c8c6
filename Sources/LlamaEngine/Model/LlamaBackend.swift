import CLlama

/// libllama's start, once in a process.
enum LlamaBackend {
    private static let isStarted: Bool = {
        // Where the processor backends are plug-ins (Debian, Homebrew), they must be found and loaded first.
        if ggml_backend_reg_count() == 0 { ggml_backend_load_all() }
        llama_backend_init()
        return true
    }()

    static func start() {
        _ = isStarted
    }
}
