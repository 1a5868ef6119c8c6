import Foundation
import Inference
import Logging
import Synchronization

/// What the engine does behind its asynchronous face: looks models up and passes requests to the right worker.
///
/// One coordinating thread takes requests in the order of their arrival. As long as another model is asked for, the
/// loaded one finishes what it has, and what is already waiting for it, and then makes room.
final class EngineCore: Sendable {
    private let settings: ModelWorker.Settings
    /// The models that stay loaded.
    private let capacity: Int
    private let queue = Mailbox<GenerationJob>()
    private let ended = Gate()
    private let unfinished: Mutex<Unfinished> = Mutex(Unfinished())
    private let shelf: ModelShelf

    /// The requests that have no result yet, to end them when the engine is shut down.
    private struct Unfinished {
        var isClosed = false
        var jobs: [ObjectIdentifier: GenerationJob] = [:]
    }

    init(shelf: ModelShelf, capacity: Int, settings: ModelWorker.Settings) {
        self.shelf = shelf
        self.capacity = max(1, capacity)
        self.settings = settings
        DedicatedThread.start("nightjar-engine") { [self] in
            run()
            ended.open()
        }
    }

    /// Takes a request; its stream gets everything else.
    func submit(_ job: GenerationJob) {
        let isTaken = unfinished.withLock { unfinished in
            guard !unfinished.isClosed, queue.put(job) else { return false }
            unfinished.jobs[ObjectIdentifier(job)] = job
            return true
        }
        if !isTaken { job.fail(Self.closed) }
    }

    /// Called once a job's stream has ended, however it did.
    func forget(_ job: GenerationJob) {
        _ = unfinished.withLock { $0.jobs.removeValue(forKey: ObjectIdentifier(job)) }
    }

    /// Refuses new requests and ends the ones there are.
    func close() {
        let jobs = unfinished.withLock { unfinished in
            unfinished.isClosed = true
            defer { unfinished.jobs = [:] }
            return Array(unfinished.jobs.values)
        }
        for job in jobs {
            job.cancel()
            job.fail(Self.closed)
        }
        queue.close()
    }

    /// Blocks until all threads have ended and all models are freed.
    func waitUntilEnded() {
        ended.wait()
    }

    var isClosed: Bool { unfinished.withLock { $0.isClosed } }

    static let closed = EngineError(.closed, "The engine was shut down; start it again to go on.")

    // MARK: The coordinating thread

    private func run() {
        var workers: [ModelWorker] = []
        while let job = queue.take() {
            guard !job.isCancelled else {
                job.fail(CancellationError())
                continue
            }
            do {
                let file = try shelf.open(job.request, isCancelled: { job.isCancelled })
                let positions = try file.contextLimit(job.request.context, default: settings.defaultContext)
                while !worker(for: file, positions: positions, job, &workers).submit(job) {
                    // It has let go of its model or could not load it; a new worker tries again, since files and memory
                    // change.
                    workers.removeAll { $0.file.isVersion(of: file) }
                }
            } catch {
                job.fail(error)
            }
        }
        for worker in workers { worker.finish() }
    }

    /// The worker that has this model loaded with enough room, or a new one; the most recently used is the last.
    private func worker(
        for file: ModelFile, positions: Int, _ job: GenerationJob, _ workers: inout [ModelWorker]
    ) -> ModelWorker {
        if let index = workers.firstIndex(where: { $0.file.isSame(as: file) && $0.positions >= positions }) {
            let worker = workers.remove(at: index)
            workers.append(worker)
            return worker
        }
        // The same model with less room, or an older version of the file, is of no more use.
        if let index = workers.firstIndex(where: { $0.file.isVersion(of: file) }) {
            workers.remove(at: index).finish()
        }
        while workers.count >= capacity {
            let oldest = workers.removeFirst()
            passWaiting(to: oldest)
            oldest.finish()
        }
        let worker = ModelWorker(file, positions: positions, shelf: shelf, settings: settings)
        workers.append(worker)
        return worker
    }

    /// Before a model makes room for another, it serves those who are waiting for it already: so requests for two
    /// models in turn do not load a model each time, and none waits forever.
    private func passWaiting(to worker: ModelWorker) {
        // Models are looked up before the queue is held: those who put something in are not to wait for a disk.
        let wanted = queue.contents.filter { job in
            guard shelf.path(of: job.request.model) == worker.file.path,
                shelf.adapters(of: job.request, for: worker.file) == worker.file.adapters
            else { return false }
            let positions = try? worker.file.contextLimit(job.request.context, default: settings.defaultContext)
            return positions.map { $0 <= worker.positions } ?? false
        }
        let waiting = queue.takeAll { job in wanted.contains { $0 === job } }
        for job in waiting where !worker.submit(job) { _ = queue.put(job) }
    }
}
