import History
package import Logging

extension OccurrenceRecord {
    /// What a line of the log names of an occurrence.
    package var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["workflow": "\(workflow)", "scheduled_for": "\(scheduledFor)"]
        if let run { metadata["run"] = "\(run)" }
        if trigger != .schedule { metadata["trigger"] = "\(trigger.rawValue)" }
        if times > 1 { metadata["times"] = "\(times)" }
        return metadata
    }
}

extension OpenOccurrence {
    var metadata: Logger.Metadata { record.metadata }
}

extension Timetable {
    /// Tells the log what has become of an occurrence.
    func tell(_ record: OccurrenceRecord) {
        var metadata = record.metadata
        if let reason = record.reason { metadata["reason"] = "\(reason)" }
        switch record.state {
        case .ran, .late: log.info("run has ended", metadata: metadata)
        case .missed: log.warning("occurrence is missed", metadata: metadata)
        case .skipped, .coalesced: log.info("occurrence is \(record.state.rawValue)", metadata: metadata)
        case .waiting, .starting, .running: break
        }
    }
}
