import Foundation
import GRDB
import History
import Jinja
import Logging
import Synchronization
import Testing

@testable import Scheduler

/// A scheduler with a clock that is moved by hand, a real record, and runs that take the time they are told to.
final class Simulation {
    let store: HistoryStore
    let timetable: Timetable
    let launcher = SimulatedRuns()
    let folder: URL
    let zones: ZoneDatabase
    /// What the clock on the wall shows; seconds since 1970.
    private(set) var now: Int
    /// How far it was set from the time that really passes.
    private var wallOffset = 0
    private var wake: Date
    /// The runs at work, by when they end in the time that really passes.
    private var ends: [(at: Int, occurrence: OccurrenceRowID, run: RunID)] = []
    /// How long a run takes.
    var runSeconds: (Int) -> Int
    private(set) var begun: [RunID] = []

    static let path = "/home/user/workflows/w.yaml"

    init(
        start: Int, zones: ZoneDatabase = .system, limits: TimetableLimits = TimetableLimits(),
        runSeconds: @escaping (Int) -> Int = { _ in 30 }
    ) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "nightjar-\(UUID().uuidString)")
        store = try HistoryStore(path: folder.appending(path: "history.sqlite").path)
        self.zones = zones
        self.runSeconds = runSeconds
        now = start
        wake = Date(timeIntervalSince1970: TimeInterval(start))
        var log = Logger(label: "simulation", factory: { _ in SwiftLogNoOpLogHandler() })
        log.logLevel = .critical
        let clock = SimulatedClock()
        timetable = Timetable(
            history: store, launcher: launcher, limits: limits, zones: zones, host: "owl",
            ids: RunIDGenerator(now: { Date(timeIntervalSince1970: TimeInterval(clock.next())) }), log: log)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Run ids that never meet, since a second of theirs is used once.
    private final class SimulatedClock: Sendable {
        private let second = Mutex(1_000_000_000)
        func next() -> Int {
            second.withLock {
                $0 += 1
                return $0
            }
        }
    }

    /// The workflow's entries of `schedule`, as the daemon reads them.
    func setSchedules(
        _ specs: [(spec: Value, settings: Value)], of path: String = path, group: String? = nil
    ) async throws {
        let workflow = WatchedWorkflow(
            path: path, name: "w",
            texts: RunTexts(workflow: DigestedText(text: "version: 1", sha256: "aa")),
            schedules: specs.map { WatchedSchedule(spec: $0.spec.json(.compact), settings: $0.settings.json(.compact)) }
        )
        let records = try await store.watch([workflow], at: date)
        await timetable.setSchedules([ScheduledFile(path: path, schedules: records, group: group)])
        try await turn()
    }

    var date: Date { Date(timeIntervalSince1970: TimeInterval(now)) }

    /// Lets time pass, second by second where something happens.
    func run(until end: Int) async throws {
        while true {
            let next =
                [Int(wake.timeIntervalSince1970.rounded(.up)), ends.map(\.at).min().map { $0 + wallOffset }]
                .compactMap(\.self).min() ?? end
            guard next <= end else { break }
            now = max(now, next)
            try await endRuns()
            try await turn()
        }
        now = max(now, end)
    }

    /// The machine sleeps: time passes, and nobody sees it.
    func sleep(_ seconds: Int) async throws {
        now += seconds
        // Runs sleep too.
        for index in ends.indices { ends[index].at += seconds }
        try await turn()
    }

    /// The clock is set, which the timer tells of.
    func setClock(by seconds: Int) async throws {
        now += seconds
        wallOffset += seconds
        try await turn()
    }

    /// The scheduler is killed, and another one takes its place after a while.
    func restart(after seconds: Int) async throws {
        now += seconds
        try await timetable.load(at: date)
        try await turn()
    }

    func turn() async throws {
        wake = try await timetable.turn(at: date)
        while true {
            let launches = launcher.takeLaunches()
            if launches.isEmpty, launcher.stopped.isEmpty { break }
            for launch in launches { try await begin(launch) }
            for run in launcher.takeStopped() { try await interrupt(run) }
            wake = try await timetable.turn(at: date)
        }
    }

    private func begin(_ launch: RunLaunch) async throws {
        guard launch.work == .begin else { return }
        let run = NewRun(
            id: launch.run, workflow: "w", path: launch.path,
            texts: RunTexts(workflow: DigestedText(text: "version: 1", sha256: "aa")), inputs: "{}",
            trigger: "schedule", occurrence: launch.occurrence,
            process: RunProcess(nightjarVersion: "0", pid: 1, host: "owl"), started: date)
        try await store.beginRun(run)
        begun.append(launch.run)
        ends.append((now - wallOffset + runSeconds(begun.count), launch.occurrence, launch.run))
    }

    private func interrupt(_ run: RunID) async throws {
        guard let index = ends.firstIndex(where: { $0.run == run }) else { return }
        let end = ends.remove(at: index)
        try await store.endRun(run, state: .interrupted, at: date)
        try await timetable.ended(end.occurrence, .exited(130, lastLine: ""), at: date)
    }

    private func endRuns() async throws {
        for end in ends.filter({ $0.at + wallOffset <= now }).sorted(by: { $0.at < $1.at }) {
            ends.removeAll { $0.run == end.run }
            try await store.endRun(end.run, state: .done, at: date)
            try await timetable.ended(end.occurrence, .exited(0, lastLine: ""), at: date)
        }
    }

    /// Lets all that is at work come to its end.
    func finish() async throws {
        while !ends.isEmpty { try await run(until: now + 60) }
    }

    func occurrences() async throws -> [OccurrenceRecord] {
        try await store.occurrences(OccurrenceFilter(limit: .max)).reversed()
    }

    /// Whether every one of these times is accounted for once, and no other.
    func expectAccounted(
        _ expected: [Int], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let rows = try await occurrences()
        var covered: [Int: Int] = [:]
        for row in rows {
            let (first, last) = (row.due.wholeSeconds, (row.lastDue ?? row.due).wholeSeconds)
            let times = expected.filter { $0 >= first && $0 <= last }
            #expect(times.count == row.times, "\(row)", sourceLocation: sourceLocation)
            for time in times { covered[time, default: 0] += 1 }
            #expect(!OccurrenceState.open.contains(row.state), "\(row)", sourceLocation: sourceLocation)
            #expect((row.run != nil) == [.ran, .late].contains(row.state), "\(row)", sourceLocation: sourceLocation)
        }
        let wrong = expected.filter { covered[$0] != 1 }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))", sourceLocation: sourceLocation)
        #expect(Set(begun).count == begun.count, sourceLocation: sourceLocation)
        #expect(Set(rows.compactMap(\.run)) == Set(begun), sourceLocation: sourceLocation)
    }
}

/// Notes what is to be started and stopped; the simulation does it.
final class SimulatedRuns: RunLauncher {
    private let launches = Mutex<[RunLaunch]>([])
    private let stops = Mutex<[RunID]>([])

    func start(_ launch: RunLaunch) { launches.withLock { $0.append(launch) } }
    func stop(_ run: RunID, pid: Int32?, byForce: Bool) { stops.withLock { $0.append(run) } }

    func takeLaunches() -> [RunLaunch] {
        launches.withLock { all in
            defer { all = [] }
            return all
        }
    }

    var stopped: [RunID] { stops.withLock { $0 } }

    func takeStopped() -> [RunID] {
        stops.withLock { all in
            defer { all = [] }
            return all
        }
    }
}

/// Seconds since 1970 of a moment by ISO 8601, in UTC.
func seconds(_ text: String) throws -> Int {
    Int(try Date(text, strategy: .iso8601).timeIntervalSince1970)
}

/// All times of a schedule between two moments.
func times(_ spec: Value, after start: Int, until end: Int, zones: ZoneDatabase = .system) throws -> [Int] {
    let schedule = try Schedule(spec: spec, settings: [:], zones: zones)
    return sequence(first: start) { schedule.next(after: $0, zones: zones) }.dropFirst().prefix { $0 <= end }.map(
        \.self)
}
