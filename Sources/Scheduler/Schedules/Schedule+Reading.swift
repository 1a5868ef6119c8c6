import Foundation
package import History
import Jinja
import OrderedCollections
package import Workflow

/// What is wrong with an entry of `schedule`: the key where it stands, and a sentence without a full stop.
struct ScheduleMistake: Error, Sendable, Hashable {
    var key: String
    var message: String
    var suggestion: String?
}

extension Schedule {
    /// A schedule as the record has it; `nil` where this Nightjar cannot read it.
    package init?(_ record: ScheduleRecord, zones: ZoneDatabase = .system) {
        guard let spec = try? Value(json: record.spec), let settings = try? Value(json: record.settings),
            let schedule = try? Schedule(spec: spec, settings: settings, zones: zones)
        else { return nil }
        self = schedule
    }

    /// Reads what ``ScheduleDeclaration/spec(_:)`` and ``ScheduleDeclaration/settings(_:)`` make of an entry.
    init(spec: Value, settings: Value, zones: ZoneDatabase) throws(ScheduleMistake) {
        timezone = spec["timezone"]?.string
        if let timezone, zones.rules(timezone) == nil {
            throw ScheduleMistake(
                key: "timezone", message: "there is no time zone `\(timezone)`",
                suggestion: nearest(timezone, among: zones.identifiers()))
        }
        start = try Self.moment("start", spec)
        end = try Self.moment("end", spec)
        timing = try Self.timing(spec, settings)
        if let start, let end, start.instant(in: .utc) > end.instant(in: .utc),
            (start.offset == nil) == (end.offset == nil)
        {
            throw ScheduleMistake(key: "end", message: "the `end` is before the `start`, so nothing would ever be due")
        }
        jitter = settings["jitter"]?.number ?? 0
        missed = settings["missed"]?.string.flatMap(MissedChoice.init) ?? .latest
        missedWindow = settings["missed_window"]?.number
        overlap = settings["overlap"]?.string.flatMap(OverlapChoice.init) ?? .skip
        inputs = spec["inputs"].map { $0.json(.compact) }
    }

    private static func timing(_ spec: Value, _ settings: Value) throws(ScheduleMistake) -> Timing {
        if let text = spec["cron"]?.string {
            if text.lowercased() == "@reboot" { return .reboot }
            do {
                return .cron(try CronExpression(text))
            } catch {
                throw ScheduleMistake(key: "cron", message: error.description)
            }
        }
        if let seconds = spec["every"]?.number {
            guard let whole = Int(exactly: seconds), whole >= 1 else {
                throw ScheduleMistake(key: "every", message: "`every` takes whole seconds")
            }
            return .every(whole)
        }
        if let moment = try moment("at", spec) { return .at(moment) }
        guard let folder = spec["folder"]?.string else {
            throw ScheduleMistake(key: "cron", message: "the schedule says no time")
        }
        return .change(
            WatchedFolder(
                path: folder, pattern: spec["pattern"]?.string ?? "*", settle: settings["settle"]?.number ?? 2,
                runsForExisting: settings["existing"] == true))
    }

    private static func moment(_ key: String, _ spec: Value) throws(ScheduleMistake) -> Moment? {
        guard let text = spec[key]?.string else { return nil }
        guard let moment = Moment(text) else {
            throw ScheduleMistake(
                key: key,
                message: "`\(key)` takes a moment that is in the calendar, as in `2026-12-24T18:00`, not `\(text)`")
        }
        return moment
    }
}

extension ScheduleDeclaration {
    /// When it is due, by which a schedule is known again when its file was edited.
    fileprivate func spec(_ project: Project) -> Value {
        var spec: Mapping = [:]
        if let cron { spec["cron"] = .string(cron.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")) }
        if let every { spec["every"] = .number(every.inSeconds) }
        if let at { spec["at"] = .string(at.text) }
        if let change, let folder = change.folder {
            spec["folder"] = .string(project.url(folder.text).path)
            spec["pattern"] = .string(change.pattern)
        }
        if let timezone { spec["timezone"] = .string(timezone.text) }
        if let start { spec["start"] = .string(start.text) }
        if let end { spec["end"] = .string(end.text) }
        if let inputs = inputs?.constantValue { spec["inputs"] = inputs }
        return .mapping(spec)
    }

    /// What else the entry says.
    fileprivate var settings: Value {
        var settings: Mapping = ["missed": .string(missed.rawValue)]
        // A file that was skipped would never have its run.
        settings["overlap"] = .string((overlap ?? (change == nil ? .skip : .queue)).rawValue)
        if let jitter { settings["jitter"] = .number(jitter.inSeconds) }
        if let missedWindow { settings["missed_window"] = .number(missedWindow.inSeconds) }
        if let change {
            settings["settle"] = .number(change.settle.inSeconds)
            settings["existing"] = .boolean(change.runsForExisting)
        }
        return .mapping(settings)
    }

    /// Where the text of a key stands.
    fileprivate func place(of key: String) -> Place {
        switch key {
        case "cron": cron?.place ?? place
        case "at": at?.place ?? place
        case "timezone": timezone?.place ?? place
        case "start": start?.place ?? place
        case "end": end?.place ?? place
        default: place
        }
    }
}

extension WorkflowDefinition {
    /// The mistakes in what the workflow says of its schedule, as far as the language itself does not know them.
    package func scheduleMistakes(zones: ZoneDatabase = .system) -> [Diagnostic] {
        var mistakes: [Diagnostic] = []
        var seen: [Value: Place] = [:]
        let project = Project(folder: URL(filePath: "/"))
        for declaration in schedules {
            let spec = declaration.spec(project)
            do throws(ScheduleMistake) {
                _ = try Schedule(spec: spec, settings: declaration.settings, zones: zones)
            } catch {
                mistakes.append(
                    Diagnostic(
                        in: source, at: declaration.place(of: error.key), message: error.message,
                        suggestion: error.suggestion))
            }
            if let first = seen[spec] {
                mistakes.append(
                    Diagnostic(
                        in: source, at: declaration.place,
                        message:
                            "this is due at the same times as the entry in line \(first.line): one of them is enough"))
            }
            seen[spec] = declaration.place
            if let mistake = inputMistake(of: declaration) {
                mistakes.append(
                    Diagnostic(in: source, at: declaration.place, message: mistake.0, suggestion: mistake.1))
            }
        }
        return mistakes
    }

    private func inputMistake(of declaration: ScheduleDeclaration) -> (String, String?)? {
        let given = declaration.inputs?.constantValue?.mapping ?? [:]
        let names = inputs.map(\.key)
        if let unknown = given.keys.first(where: { !names.contains($0) }) {
            return ("the workflow has no input `\(unknown)`", nearest(unknown, among: names))
        }
        do throws(InputMistake) {
            _ = try inputValues(from: given)
            return nil
        } catch {
            switch error {
            case .missing(let name):
                return ("the input `\(name)` is required: give it under `inputs` of the schedule", nil)
            case .refused(let name, let mistake):
                return ("the input `\(name)` takes \(mistake.expected), not \(mistake.found)", nil)
            }
        }
    }

    /// The workflow's schedules for the record.
    package func watchedSchedules(in project: Project) -> [WatchedSchedule] {
        schedules.map { declaration in
            WatchedSchedule(
                spec: declaration.spec(project).json(.compact),
                settings: declaration.settings.json(.compact))
        }
    }

    /// The workflow's schedules as the scheduler understands them; without those that have mistakes.
    package func readSchedules(in project: Project, zones: ZoneDatabase = .system) -> [Schedule] {
        schedules.compactMap { declaration in
            try? Schedule(
                spec: declaration.spec(project), settings: declaration.settings, zones: zones)
        }
    }
}
