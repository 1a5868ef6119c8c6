import Foundation

/// Where other programs keep the models that they have downloaded.
package enum UsualStores {
    /// The stores of Ollama, LM Studio, the Hugging Face hub and llama.cpp; those that do not exist are empty.
    ///
    /// - Parameters:
    ///   - environment: May move them.
    ///   - home: The user's folder.
    package static func all(environment: [String: String], home: String) -> [any ModelStore] {
        func set(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
        func inHome(_ path: String) -> String { FolderListing.path(home, path) }
        let caches = set("XDG_CACHE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil } ?? inHome(".cache")
        var stores: [any ModelStore] = []
        if let moved = set("OLLAMA_MODELS") {
            stores.append(OllamaStore(moved))
        } else {
            stores.append(OllamaStore(inHome(".ollama/models")))
            stores.append(OllamaStore("/usr/share/ollama/.ollama/models"))
        }
        stores.append(PublisherFolder(lmStudio(home), label: "lmstudio"))
        // The hub's own order, behind llama.cpp's; one place only counts once.
        let hubs = [
            set("LLAMA_CACHE"), set("HF_HUB_CACHE"), set("HUGGINGFACE_HUB_CACHE"),
            set("HF_HOME").map { FolderListing.path($0, "hub") }, FolderListing.path(caches, "huggingface/hub"),
        ].compactMap(\.self)
        var seen: Set<String> = []
        for hub in hubs where seen.insert(hub).inserted { stores.append(HubCache(hub, label: "huggingface")) }
        // Builds of llama.cpp before 2026.
        stores.append(ModelFolder(set("LLAMA_CACHE") ?? FolderListing.path(caches, "llama.cpp"), label: "llama.cpp"))
        #if os(macOS)
            stores.append(ModelFolder(inHome("Library/Caches/llama.cpp"), label: "llama.cpp"))
        #endif
        return stores
    }

    /// LM Studio notes in a file where its folder was moved to.
    private static func lmStudio(_ home: String) -> String {
        let pointer = FileManager.default.contents(atPath: FolderListing.path(home, ".lmstudio-home-pointer"))
            .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
        let folder = pointer.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? FolderListing.path(home, ".lmstudio")
        return FolderListing.path(folder, "models")
    }
}
