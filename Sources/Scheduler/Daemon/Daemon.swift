import Foundation
import History
import Logging
import NIOCore
import Workflow

/// `nightjar serve`: waits for times, files and requests, and lets the ``Timetable`` see to them, one event after the
/// other.
package actor Daemon {
    enum Event: Sendable {
        /// It is time, or the clock was set.
        case wake
        case folderChanged(String)
        case ended(OccurrenceRowID, RunEnd)
        case request(DaemonRequest, reply: @Sendable (DaemonReply) -> Void)
        case reload
        case stop
    }

    private let setting: DaemonSetting
    private let log: Logger
    private let events = AsyncStream<Event>.makeStream()
    private let timetable: Timetable
    private let notifier = ServiceNotifier()
    private var scheduler: SchedulerDeclaration
    private var workflows: WorkflowWatch
    private var workflowFolders: Set<String> = []
    /// When the workflow folders are read, after something was heard of them.
    private var readAt: Date?
    private var arrivals: [ScheduleRowID: Arrivals] = [:]
    private var folderEvents: FolderEvents?
    /// Processes that have ended, as long as the record does not know of it.
    private var ends: [(occurrence: OccurrenceRowID, end: RunEnd)] = []
    /// Those who wait for the end of a run.
    private var waiting: [OccurrenceRowID: @Sendable (DaemonReply) -> Void] = [:]
    /// When what is at work is stopped, since it has not come to its end in time.
    private var drainEnd: Date?
    private var status = ""

    /// A watched folder, and when to look at it.
    private struct Arrivals {
        var folder: Schedule.WatchedFolder
        var files: FileArrivals
        var next: Date?
    }

    /// Editors write a file in several steps: so long after the first one the folder is read, in seconds.
    private static let quiet = 0.2

    package init(_ setting: DaemonSetting) throws {
        self.setting = setting
        log = setting.log
        scheduler = try setting.configure()
        let continuation = events.continuation
        let runs = ChildRuns(program: setting.program, logs: RunLogs(state: setting.state)) { occurrence, end in
            continuation.yield(.ended(occurrence, end))
        }
        timetable = Timetable(
            history: setting.history, launcher: runs, limits: TimetableLimits(scheduler), log: setting.log)
        workflows = WorkflowWatch([], known: [], read: setting.read)
        folderEvents = FolderEvents { folder in continuation.yield(.folderChanged(folder)) }
    }

    /// Ends ``run()`` after what is at work has come to its end; at the second call at once.
    package nonisolated func stop() { events.continuation.yield(.stop) }

    /// Reads the configuration and the workflows anew.
    package nonisolated func reload() { events.continuation.yield(.reload) }

    /// Works until it is told to stop.
    ///
    /// - Throws: where the record cannot be read at all.
    package func run() async throws {
        let continuation = events.continuation
        let known = try await setting.history.watchedWorkflows().map(\.path)
        workflows = WorkflowWatch(setting.projects, known: known, read: setting.read)
        try await timetable.load(at: Date())
        await readWorkflows()
        if let boot = BootID.current { try await timetable.noteBoot(boot, at: Date()) }
        let socket = await openSocket()
        let timer = WakeTimer { continuation.yield(.wake) }
        defer { timer.cancel() }
        let counts = await timetable.counts
        log.info(
            "the scheduler is at work",
            metadata: [
                "schedules": "\(counts.schedules)",
                "projects": "\(setting.projects.map(\.folder.path).joined(separator: ", "))",
            ])
        await tellStatus(isReady: true)
        timer.set(await turn())
        for await event in events.stream {
            await handle(event)
            let next = await turn()
            await answerWaiting()
            if await isOver() { break }
            timer.set(next)
            await tellStatus()
        }
        try? await socket?.close()
        log.info("the scheduler stops")
    }

    private func handle(_ event: Event) async {
        await attempt("an event could not be seen to") {
            switch event {
            case .wake: break
            case .folderChanged(let folder): heard(of: folder)
            case .ended(let occurrence, let end): ends.append((occurrence, end))
            case .request(let request, let reply): try await answer(request, reply)
            case .reload:
                notifier.reloading()
                log.info("the configuration and the workflows are read anew")
                await configure()
                await readWorkflows()
                notifier.ready(status)
            case .stop: await beginToStop()
            }
        }
    }

    /// - Returns: when something is to be done next.
    private func turn() async -> Date {
        let now = Date()
        if let readAt, readAt <= now { await readWorkflows() }
        await lookAtFolders(at: now)
        if let drainEnd, drainEnd <= now { await timetable.stopAll(at: now) }
        var next = now.addingTimeInterval(10)
        await attempt("the calendar could not be kept") {
            while let first = ends.first {
                try await timetable.ended(first.occurrence, first.end, at: Date())
                ends.removeFirst()
            }
            next = try await timetable.turn(at: Date())
        }
        if let drainEnd, drainEnd > now { next = min(next, drainEnd) }
        return ([next, readAt].compactMap(\.self) + arrivals.values.compactMap(\.next)).min() ?? next
    }

    /// What goes wrong with the record is told, and tried again later: it must not end the scheduler.
    private func attempt(_ what: String, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            log.error("\(what)", metadata: ["error": "\(error)"])
        }
    }
}

// MARK: - Workflows and folders

extension Daemon {
    private func configure() async {
        do {
            scheduler = try setting.configure()
            await timetable.setLimits(TimetableLimits(scheduler))
        } catch {
            log.error("the configuration is wrong, and stays as it was", metadata: ["error": "\(error)"])
        }
    }

    private func readWorkflows() async {
        readAt = nil
        workflows.begin()
        // In pieces: a folder may have thousands of them, and others want to write in the record too.
        while let changes = workflows.changes(atMost: 200) { await take(changes) }
        await watchFolders()
        setting.history.releaseMemory()
        FreeMemory.giveBack()
    }

    private func take(_ changes: [WorkflowWatch.Change]) async {
        var right: [(path: String, WatchedWorkflow, group: String?)] = []
        for change in changes {
            switch change {
            case .read(let path, .right(let workflow, let group)): right.append((path, workflow, group))
            case .read(let path, .broken(let name, let error)):
                log.error(
                    "a workflow has mistakes, and stays as it was", metadata: ["path": "\(path)", "error": "\(error)"])
                await attempt("a workflow could not be written down") {
                    let schedules = try await setting.history.noteBroken(
                        path: path, name: name, error: error, at: Date())
                    await timetable.setSchedules([ScheduledFile(path: path, schedules: schedules, isBroken: true)])
                }
            case .gone(let path):
                log.info("a workflow is gone", metadata: ["path": "\(path)"])
                await attempt("a workflow could not be taken out") {
                    try await setting.history.unwatch(path: path, at: Date())
                    await timetable.setSchedules([ScheduledFile(path: path, schedules: [])])
                }
            }
        }
        await take(right)
    }

    private func take(_ workflows: [(path: String, WatchedWorkflow, group: String?)]) async {
        guard !workflows.isEmpty else { return }
        await attempt("workflows could not be written down") {
            let schedules = try await setting.history.watch(workflows.map(\.1), at: Date())
            let byPath = Dictionary(grouping: schedules, by: \.path)
            await timetable.setSchedules(
                workflows.map { path, _, group in
                    ScheduledFile(path: path, schedules: byPath[path] ?? [], group: group)
                })
            for (path, _, _) in workflows { log.debug("a workflow is read", metadata: ["path": "\(path)"]) }
        }
    }

    private func watchFolders() async {
        let now = Set(workflows.folders)
        for folder in workflowFolders.subtracting(now) { folderEvents?.unwatch(folder) }
        for folder in now.subtracting(workflowFolders) where folderEvents?.watch(folder) != true {
            log.error(
                "a folder of workflows cannot be watched: send SIGHUP after a change", metadata: ["path": "\(folder)"])
        }
        workflowFolders = now
        let wanted = Dictionary(
            await timetable.watchedFolders.map { ($0.schedule, $0.folder) }, uniquingKeysWith: { first, _ in first })
        for (schedule, old) in arrivals where wanted[schedule] != old.folder {
            folderEvents?.unwatch(old.folder.path)
            arrivals[schedule] = nil
        }
        for (schedule, folder) in wanted where arrivals[schedule] == nil {
            folderEvents?.watch(folder.path)
            await attempt("a folder could not be watched") {
                let seen = try await setting.history.seenFiles(of: schedule)
                arrivals[schedule] = Arrivals(
                    folder: folder, files: FileArrivals(folder, seen: seen), next: Date())
            }
        }
    }

    private func heard(of folder: String) {
        if workflowFolders.contains(folder), readAt == nil { readAt = Date().addingTimeInterval(Self.quiet) }
        for (schedule, arrival) in arrivals where arrival.folder.path == folder {
            // One look for all that is heard within a moment.
            arrivals[schedule]?.next = min(arrival.next ?? .distantFuture, Date().addingTimeInterval(Self.quiet / 2))
        }
    }

    private func lookAtFolders(at now: Date) async {
        for schedule in arrivals.filter({ $0.value.next.map { $0 <= now } ?? false }).keys.sorted() {
            guard var arrival = arrivals[schedule] else { continue }
            // One that was not there may have been made.
            let isWatched = folderEvents?.watch(arrival.folder.path, again: true) ?? false
            let look = arrival.files.look(at: now)
            do {
                try await setting.history.setSeen(look.old, gone: look.gone, of: schedule)
                if !look.ready.isEmpty { try await timetable.change(look.ready, of: schedule, at: now) }
                // Of one that cannot be watched, nothing will be heard.
                arrival.next = isWatched ? look.next : min(look.next ?? .distantFuture, now.addingTimeInterval(30))
                arrivals[schedule] = arrival
            } catch {
                log.error("files could not be written down", metadata: ["error": "\(error)"])
                arrivals[schedule]?.next = now.addingTimeInterval(10)
            }
        }
    }
}

// MARK: - Requests and the end

extension Daemon {
    private func openSocket() async -> (any Channel)? {
        let socket = DaemonSocket(state: setting.state)
        let continuation = events.continuation
        do {
            return try await socket.open { request, reply in continuation.yield(.request(request, reply: reply)) }
        } catch {
            log.error(
                "no socket: `nightjar trigger` cannot reach this scheduler",
                metadata: ["path": "\(socket.path)", "error": "\(error)"])
            return nil
        }
    }

    private func answer(
        _ request: DaemonRequest, _ reply: @escaping @Sendable (DaemonReply) -> Void
    ) async throws {
        switch request {
        case .trigger(let path, let inputs, let waits):
            guard drainEnd == nil else {
                reply(.refused("the scheduler is about to stop"))
                return
            }
            guard let workflow = try await setting.history.watchedWorkflows().first(where: { $0.path == path }) else {
                let projects = setting.projects.map(\.folder.path).joined(separator: ", ")
                reply(.refused("the scheduler does not know \(path): it runs the workflows of \(projects)"))
                return
            }
            do {
                let record = try await timetable.request(
                    path: path, workflow: workflow.name, inputs: inputs, at: Date())
                reply(.noted(occurrence: Int(record.row.rawValue)))
                if waits { waiting[record.row] = reply }
            } catch {
                reply(.refused("\(error)"))
            }
        }
    }

    private func answerWaiting() async {
        for (row, reply) in waiting where await !timetable.isOpen(row) {
            waiting[row] = nil
            await attempt("one who waits could not be answered") {
                let record = try await setting.history.occurrence(row)
                reply(.ended(state: record.state.rawValue, run: record.run?.text, reason: record.reason))
            }
        }
    }

    private func beginToStop() async {
        if drainEnd == nil {
            let counts = await timetable.counts
            log.info("the scheduler is to stop", metadata: ["at_work": "\(counts.atWork)"])
            notifier.stopping("waits for \(counts.atWork) runs")
            await timetable.drain()
            drainEnd = Date().addingTimeInterval(scheduler.drain.inSeconds)
        } else {
            drainEnd = Date()
        }
    }

    /// Whether it was told to stop, and nothing is at work any more.
    private func isOver() async -> Bool {
        guard drainEnd != nil else { return false }
        return await !timetable.hasOwnRuns
    }

    private func tellStatus(isReady: Bool = false) async {
        let counts = await timetable.counts
        let next = await timetable.nextDue.map { ", next at \(ZoneRules.utc.written($0.wholeSeconds))" } ?? ""
        let text = "\(counts.schedules) schedules, \(counts.atWork) at work, \(counts.waiting) waiting\(next)"
        if isReady {
            notifier.ready(text)
        } else if text != status, drainEnd == nil {
            notifier.status(text)
        }
        status = text
    }
}
