package import History

/// Starts the processes of runs.
package protocol RunLauncher: Sendable {
    /// Starts a process and returns at once; its end is told to ``Timetable/ended(_:_:at:)``, also where it could not be
    /// started.
    func start(_ launch: RunLaunch)
    /// Asks the process of a run to end, or ends it.
    ///
    /// - Parameter pid: of a process that another scheduler has started; `nil` for one of this one.
    func stop(_ run: RunID, pid: Int32?, byForce: Bool)
}

/// A process that is to work on a run.
package struct RunLaunch: Sendable, Hashable {
    package enum Work: Sendable, Hashable {
        case begin
        /// To go on with the run, whose process has ended before its end.
        case resume
        /// To end the run as failed, for this reason.
        case giveUp(String)
    }

    package var occurrence: OccurrenceRowID
    package var run: RunID
    /// Of the workflow's file.
    package var path: String
    package var work: Work
}

/// How the process of a run ended.
package enum RunEnd: Sendable, Hashable {
    /// With an exit code, and the last line that it wrote.
    case exited(Int, lastLine: String)
    /// By a signal.
    case signaled(Int)
    /// It could not be started, for this reason.
    case notStarted(String)
    /// It was not this scheduler's process.
    case unknown

    /// For people.
    package var summary: String {
        switch self {
        case .exited(let code, let line): line.isEmpty ? "its process ended with exit code \(code)" : line
        case .signaled(let number): "its process was ended by \(SignalName.text(number))"
        case .notStarted(let reason): "its process could not be started: \(reason)"
        case .unknown: "its process ended without a word: it was killed, or the machine stopped"
        }
    }
}
