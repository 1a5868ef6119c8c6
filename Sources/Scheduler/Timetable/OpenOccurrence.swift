import Foundation
import History

/// An occurrence whose end is not known, and what is done about it.
struct OpenOccurrence: Sendable {
    enum Phase: Sendable, Hashable {
        /// For its start, or for a place.
        case waiting
        /// Its process is to be started: it had a run before the scheduler was started anew.
        case toStart(RunLaunch.Work)
        /// Its process is at work.
        case atWork
        /// The process that a scheduler before this one has started is at work.
        case adopted
    }

    /// Why its run was asked to stop.
    enum Stop: Sendable, Hashable {
        /// A later one takes its place.
        case replaced
        /// The scheduler is to stop, and goes on with it when it is back.
        case drained
    }

    var record: OccurrenceRecord
    var phase: Phase
    /// Why it could not start at its time, where that is known.
    var cause: String?
    var stop: Stop?
    /// When it is ended by force.
    var forceAt: Date?
    /// Of the process that another scheduler has started.
    var pid: Int32?
    /// Whether the run is to be ended as failed, and not gone on with.
    var isGivenUp = false

    var row: OccurrenceRowID { record.row }
    var path: String { record.path }
    /// Whether it stands in the way of the next one of its workflow.
    var isActive: Bool { phase != .waiting }
    /// What it ends as when its run has ended.
    var endState: OccurrenceState { record.isLate ? .late : .ran }
    /// Whether it has a place among those at work.
    var hasPlace: Bool { phase == .atWork || phase == .adopted }
}
