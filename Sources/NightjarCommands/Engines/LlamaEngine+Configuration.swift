import LlamaEngine
import Workflow

extension LlamaEngine.Options {
    /// What the configuration says of the engine inside the process.
    init(_ configuration: Configuration) {
        self.init()
        guard let declared = configuration.engines.first(where: { $0.value.kind == .local })?.value else { return }
        threads = declared.threads
        parallel = declared.parallel
        loadedModels = declared.loadedModels ?? loadedModels
        gpuLayers = declared.gpuLayers
        cacheType = declared.cacheType.flatMap { CacheType(rawValue: $0.rawValue) } ?? cacheType
        unloadAfter = declared.unloadAfter ?? unloadAfter
    }
}
