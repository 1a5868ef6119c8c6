import Foundation
import History
import Inference
import Jinja
import LlamaEngine
import Logging
import Runner
import ServerEngine
import Workflow

/// The parts of Nightjar put together for one command.
struct Session {
    let project: Project
    let places: Places
    let configuration: Configuration
    let engines: [String: any Engine]
    /// The servers of the configuration, to be asked at once.
    let servers: [any ServerEngine]
    let catalog: ModelCatalog

    /// - Parameter purpose: what this process does, for those who wait for it.
    /// - Throws: ``CommandFailure`` where a configuration file has mistakes.
    init(project: Project, logging: LoggingOptions, purpose: String = "nightjar", places: Places = Places()) throws {
        self.project = project
        self.places = places
        configuration = try Configuration.load(project: project, places: places)
        catalog = ModelCatalog(project: project, places: places)
        let local = LlamaEngine(
            catalog: catalog, digests: ModelDigests(cachePath: places.digests.path),
            logger: logging.logger("libllama"), options: LlamaEngine.Options(configuration))
        let configured = try ConfiguredEngines(configuration, local: local, places: places, purpose: purpose)
        engines = configured.all
        servers = configured.servers
    }

    /// What a run needs.
    func runSetting(
        options: RunOptions, history: HistoryStore, pins: PinnedModels? = nil, scheduled: ScheduledRun? = nil,
        report: @escaping @Sendable (RunEvent) -> Void
    ) -> RunSetting {
        let configured = configuration.writeRoots.map { path in
            URL(filePath: HomeFolder.expand(path, ProcessInfo.processInfo.environment), relativeTo: project.folder)
        }
        return RunSetting(
            project: project, configuration: configuration, engines: engines, history: history,
            writeRoots: configured, pins: pins, options: options, scheduled: scheduled, version: Nightjar.version,
            report: report)
    }

    /// What a look ahead needs, which writes nothing.
    ///
    /// - Throws: ``CommandFailure`` where the record cannot be opened.
    func previewSetting(options: RunOptions = RunOptions()) throws -> RunSetting {
        do {
            let history = try HistoryStore(readingFrom: places.history.path)
            return runSetting(options: options, history: history) { _ in }
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Frees the models. libllama's threads must have ended before the process does.
    func close() async {
        for engine in engines.values { await engine.shutdown() }
    }
}

extension ModelCatalog {
    /// The stores in the order in which a name is looked for.
    init(project: Project, places: Places) {
        var stores: [any ModelStore] = [
            ModelFolder(project.folder.appending(path: "models").path, label: "project"),
            PublisherFolder(places.models.path, label: "nightjar"),
            OllamaStore(places.pulledFromOllama.path, label: "nightjar"),
        ]
        if let shipped = places.shippedModels, FileManager.default.fileExists(atPath: shipped.path) {
            stores.append(ModelFolder(shipped.path, label: "shipped"))
        }
        let environment = ProcessInfo.processInfo.environment
        let home = HomeFolder.url(environment).path
        stores += UsualStores.all(environment: environment, home: home)
        self.init(stores: stores, baseFolder: project.folder.path, homeFolder: home)
    }
}
