import Foundation
import Workflow

/// Where Nightjar keeps things on this machine.
struct Places {
    /// Records, logs and caches; moved by `NIGHTJAR_HOME`.
    let state: URL
    /// The user's configuration file.
    let configuration: URL
    /// The user's own models.
    let models: URL
    /// Models that came with an installed Nightjar.
    let shippedModels: URL?

    /// The running program's file, after links.
    private static var executable: URL? { Bundle.main.executableURL?.resolvingSymlinksInPath() }

    /// The running program's file, after links, for what is to start it again.
    static func program() throws(CommandFailure) -> String {
        guard let executable else {
            throw CommandFailure(
                .failed, "the system does not tell where this program is, so it cannot be started again")
        }
        return executable.path
    }

    /// - Parameter executable: the running program's file, after links.
    init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        executable: URL? = Self.executable
    ) {
        let home = HomeFolder.url(environment)
        func folder(_ variable: String, else fallback: String) -> URL {
            // The XDG rule: a relative path in these variables is ignored.
            if let path = environment[variable], path.hasPrefix("/") { return URL(filePath: path) }
            return home.appending(path: fallback)
        }
        #if os(macOS)
            let usualState = home.appending(path: "Library/Application Support/nightjar")
        #else
            let usualState = folder("XDG_STATE_HOME", else: ".local/state").appending(path: "nightjar")
        #endif
        state = environment["NIGHTJAR_HOME"].flatMap { $0.isEmpty ? nil : URL(filePath: $0) } ?? usualState
        configuration = folder("XDG_CONFIG_HOME", else: ".config").appending(path: "nightjar/config.yaml")
        models = folder("XDG_DATA_HOME", else: ".local/share").appending(path: "nightjar/models")
        shippedModels = executable.map {
            $0.deletingLastPathComponent().deletingLastPathComponent().appending(path: "share/nightjar/models")
        }
    }

    /// What was pulled from a registry of Ollama's, as Ollama keeps it.
    var pulledFromOllama: URL { models.appending(path: ".registry") }
    var history: URL { state.appending(path: "history.sqlite") }
    /// The locks by which processes share engines.
    var slots: URL { state.appending(path: "slots") }
    var digests: URL { state.appending(path: "digests.json") }
}
