import Foundation
import History
import Runner

/// A run of a command, with those who watch it and the signals that interrupt it.
struct ObservedRun {
    let observer: any RunObserver
    /// Whether models that have changed since they were pinned are pinned anew.
    let updatesLock: Bool

    /// Progress on standard error, as a person wants it.
    static func progress(isQuiet: Bool) -> any RunObserver {
        if isQuiet { return SilentObserver() }
        return Console.isLive ? LiveProgress() : PlainProgress()
    }

    /// Runs to the end, and closes the record and the engines.
    ///
    /// - Parameter body: does the work with the setting that it is given.
    /// - Throws: ``CommandFailure`` where the record cannot be written.
    func outcome(
        _ session: Session, options: RunOptions, history: HistoryStore, scheduled: ScheduledRun? = nil,
        _ body: @escaping @Sendable (RunSetting) async throws(HistoryError) -> RunOutcome
    ) async throws -> RunOutcome {
        let observer = observer
        let file = PinFile(session.project)
        let pins = try file.read().map { PinnedModels($0, isUpdating: updatesLock, today: PinFile.today) }
        let setting = session.runSetting(
            options: options, history: history, pins: pins, scheduled: scheduled, report: observer.observe)
        let task = Task { () async throws -> RunOutcome in try await body(setting) }
        let signals = Interruption { task.cancel() }
        defer { signals.stop() }
        let outcome: RunOutcome
        do {
            outcome = try await task.value
            observer.finish()
            if let changed = pins?.changed { try file.write(changed) }
            try history.close()
        } catch let error as HistoryError {
            observer.finish()
            throw CommandFailure(error)
        }
        await session.close()
        return outcome
    }
}
