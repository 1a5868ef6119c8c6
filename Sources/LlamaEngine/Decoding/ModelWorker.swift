import Foundation
import Inference
import Logging

/// One loaded model and its decode thread: requests go in at any time and are answered by the thread.
///
/// The thread loads the model, lives as long as the worker is wanted and asked, and frees everything before it ends.
final class ModelWorker: Sendable {
    struct Settings: Sendable {
        var threads: Int
        var defaultContext: Int
        /// The sequences that one model decodes side by side; `nil` chooses by the machine.
        var parallel: Int?
        var counters: EngineCounters
        var gpuLayers: Int?
        var cacheType: CacheType
        var makesDrafts: Bool
        /// A model without requests is kept this long.
        var unloadAfter: Duration
        var availableMemory: @Sendable () -> Int?
        var now: @Sendable () -> Date
        var logger: Logger
    }

    let file: ModelFile
    /// The positions that a request may use here.
    let positions: Int
    private let shelf: ModelShelf
    private let settings: Settings
    private let inbox = Mailbox<GenerationJob>()
    private let ended = Gate()

    /// Starts the thread; the model is loaded when the first request arrives.
    init(_ file: ModelFile, positions: Int, shelf: ModelShelf, settings: Settings) {
        self.file = file
        self.shelf = shelf
        self.positions = positions
        self.settings = settings
        DedicatedThread.start("nightjar-decode") { [self] in
            run()
            ended.open()
        }
    }

    /// Hands over a request; `false` if the worker has ended, because its model could not be loaded or nobody had asked
    /// for it for long.
    func submit(_ job: GenerationJob) -> Bool {
        inbox.put(job)
    }

    /// Lets the requests that were handed over finish, frees the model and waits until that is done.
    func finish() {
        inbox.close()
        ended.wait()
    }

    private func run() {
        defer {
            inbox.close()
            // Requests that came while the model could not be loaded and was given up.
            for job in inbox.takeAll() { job.fail(EngineError(.closed, "The engine let go of \(file.reference).")) }
        }
        guard let first = inbox.take() else { return }
        var waiting: [GenerationJob] = [first]
        do throws(EngineError) {
            let began = ContinuousClock.now
            guard let loaded = try load(&waiting) else { return }
            let load = ContinuousClock.now - began
            try decode(loaded, waiting: waiting, load: load)
        } catch {
            inbox.close()
            for job in waiting + inbox.takeAll() { job.fail(error) }
        }
    }

    // MARK: Loading

    private struct Loaded {
        var context: LlamaContext
        var plan: CachePlan
        var encoder: PromptEncoder
    }

    /// Loads the model for the requests in `waiting` and in the inbox; `nil` when none of them is wanted any more.
    private func load(_ waiting: inout [GenerationJob]) throws(EngineError) -> Loaded? {
        let plan = try cachePlan()
        var told = -1
        while true {
            waiting += inbox.takeAll()
            waiting.removeAll(where: \.isCancelled)
            if waiting.isEmpty {
                guard let next = inbox.take() else { return nil }
                waiting = [next]
            }
            let current = waiting
            let model = try LlamaModel.load(file, vocabularyOnly: false, gpuLayers: settings.gpuLayers) {
                [inbox] progress in
                let jobs = current + inbox.contents
                let percent = Int(progress * 100)
                if percent > told {
                    told = percent
                    for job in jobs { job.send(.loading(progress: progress)) }
                }
                return jobs.contains { !$0.isCancelled }
            }
            guard let model else { continue }
            try checkModel(model)
            let context = try LlamaContext(
                model, file: file, plan: plan, cacheType: settings.cacheType, chunk: DecodeLoop.chunk,
                threads: settings.threads)
            let encoder = try PromptEncoder(model, file: file, now: settings.now, logger: settings.logger)
            return Loaded(context: context, plan: plan, encoder: encoder)
        }
    }

    /// What the cache is to hold, in the memory that is left beside the model.
    private func cachePlan() throws(EngineError) -> CachePlan {
        let (need, available) = try Self.checkMemory(
            for: file, context: positions, chunk: DecodeLoop.chunk, settings)
        return CachePlan(
            positions: positions, parallel: settings.parallel, metadata: file.metadata,
            available: available.map { $0 - need.weights - need.computation }, bytesPerToken: need.cache / positions)
    }

    /// - Parameter isLoaded: Whether the weights are in memory already.
    /// - Returns: What the model will need, and what there is, where that is known.
    /// - Throws: ``EngineError`` with code `out_of_memory` and the numbers where it will not fit.
    @discardableResult
    static func checkMemory(
        for file: ModelFile, isLoaded: Bool = false, context: Int, chunk: Int, flashAttention: Bool = true,
        _ settings: Settings
    ) throws(EngineError) -> (need: MemoryNeed, available: Int?) {
        let available = settings.availableMemory()
        let need = MemoryNeed(
            file.metadata, weights: isLoaded ? 0 : file.bytes, context: context, cacheType: settings.cacheType,
            chunk: chunk, flashAttention: flashAttention)
        guard let available, need.total > available else { return (need, available) }
        let model = isLoaded ? "" : "\(need.weights.asBytes) for the model and "
        throw EngineError(
            .outOfMemory,
            "\(file.reference) needs about \(need.total.asBytes) of memory (\(model)"
                + "\((need.total - need.weights).asBytes) for a context of \(context) tokens), but only "
                + "\(available.asBytes) are free: set a smaller `context`, take a smaller or more strongly quantized "
                + "model, or end other programs.")
    }

    private func checkModel(_ model: LlamaModel) throws(EngineError) {
        guard let problem = model.problem else { return }
        throw EngineError(.modelUnsupported, "\(file.reference) \(problem)")
    }

    // MARK: Decoding

    /// Admits requests and steps the active ones until the worker is no longer wanted.
    private func decode(_ loaded: Loaded, waiting: [GenerationJob], load: Duration) throws(EngineError) {
        let loop = DecodeLoop(
            loaded.context, plan: loaded.plan, makesDrafts: settings.makesDrafts, counters: settings.counters)
        let constraints = ConstraintDesk(
            loaded.context.model.vocabulary, reference: file.reference, logger: settings.logger)
        let pictures = PictureDesk(file, loaded.context.model, settings: settings)
        var queue = waiting
        var loadedFor = Set(waiting.map(ObjectIdentifier.init))
        while true {
            while true {
                if queue.isEmpty, let next = inbox.takeIfPresent() { queue.append(next) }
                if queue.isEmpty {
                    guard loop.isIdle else { break }
                    guard let next = inbox.takeOrClose(after: settings.unloadAfter) else { return }
                    queue.append(next)
                }
                guard loop.hasRoom(for: queue[0]) else { break }
                let job = queue.removeFirst()
                let waited = loadedFor.remove(ObjectIdentifier(job)) != nil
                admit(job, to: loop, loaded.encoder, pictures, constraints, load: waited ? load : .zero)
            }
            loop.step()
        }
    }

    private func admit(
        _ job: GenerationJob, to loop: DecodeLoop, _ encoder: PromptEncoder, _ pictures: PictureDesk,
        _ constraints: ConstraintDesk, load: Duration
    ) {
        guard !job.isCancelled else { return job.fail(CancellationError()) }
        let wait = ContinuousClock.now - job.submitted
        job.send(.evaluating)
        do {
            let limit = min(positions, try file.contextLimit(job.request.context, default: settings.defaultContext))
            let template = try shelf.chatTemplate(of: job.request, for: file)
            let identity = try shelf.identity(of: file, for: job.request)
            var prompt = try encoder.with(template: template).encode(job.request)
            let seen = try pictures.pictures(of: &prompt)
            try loop.admit(
                job, prompt: prompt, pictures: seen,
                start: .init(wait: max(.zero, wait - load), load: load, identity: identity, limit: limit),
                constraint: try constraints.constraint(job.request))
        } catch {
            job.fail(error)
        }
    }
}
