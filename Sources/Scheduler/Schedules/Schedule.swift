import Workflow

/// When a workflow runs by itself, as an entry of `schedule` says it.
package struct Schedule: Sendable, Hashable {
    enum Timing: Sendable, Hashable {
        case cron(CronExpression)
        /// Once after each start of the machine.
        case reboot
        /// So many seconds from one to the next.
        case every(Int)
        case at(Moment)
        case change(WatchedFolder)
    }

    /// A folder whose new and changed files are to have runs.
    struct WatchedFolder: Sendable, Hashable {
        var path: String
        var pattern: String
        /// How long a file must have been still, in seconds.
        var settle: Double
        /// Whether files count that are there when the schedule is first seen.
        var runsForExisting: Bool
    }

    let timing: Timing
    /// Without a name it is the zone of the machine, whatever that is at the time.
    package let timezone: String?
    let start: Moment?
    let end: Moment?
    /// In seconds.
    let jitter: Double
    let missed: MissedChoice
    /// In seconds.
    let missedWindow: Double?
    let overlap: OverlapChoice
    /// A JSON object.
    package let inputs: String?

    /// The zone by whose clock it counts; `nil` where this machine does not know it.
    package func zone(_ zones: ZoneDatabase) -> ZoneRules? {
        guard let timezone else { return zones.local() }
        return zones.rules(timezone)
    }

    /// The first time after a moment; `nil` where there is none, or where files and not times are what it waits for.
    package func next(after moment: Int, zones: ZoneDatabase) -> Int? {
        zone(zones).flatMap { next(after: moment, in: $0) }
    }

    func next(after moment: Int, in zone: ZoneRules) -> Int? {
        let first = start?.instant(in: zone)
        let after = first.map { max(moment, $0 - 1) } ?? moment
        let found: Int?
        switch timing {
        case .cron(let expression): found = expression.next(after: after, in: zone)
        case .every(let seconds):
            let anchor = first ?? 0
            let since = after - anchor
            found = since < 0 ? anchor : anchor + (since / seconds + 1) * seconds
        case .at(let moment):
            let instant = moment.instant(in: zone)
            found = instant > after ? instant : nil
        case .reboot, .change: found = nil
        }
        guard let found, let end else { return found }
        return found <= end.instant(in: zone) ? found : nil
    }

    /// What it waits for, in a few words: `30 2 * * *`, `every 15m`, `at 2026-12-24T18:00`, `files in inbox`.
    package var summary: String {
        switch timing {
        case .cron(let expression): expression.text
        case .reboot: "@reboot"
        case .every(let seconds): "every \(Duration.seconds(seconds).written)"
        case .at(let moment): "at \(ZoneRules.utc.written(moment.local).dropLast(4))"
        case .change(let folder): "files \(folder.path)/\(folder.pattern)"
        }
    }
}
