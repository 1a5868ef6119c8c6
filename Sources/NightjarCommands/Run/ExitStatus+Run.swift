import History
import Inference

extension ExitStatus {
    /// Ends a command as the run that it was for has ended.
    ///
    /// - Throws: the exit code, where the run is not done.
    static func end(as state: RunState, _ error: RecordedError?) throws {
        switch state {
        case .done: return
        case .partial: throw ExitStatus.partial
        case .interrupted: throw ExitStatus.interrupted
        case .failed, .running:
            throw error.flatMap { EngineError.Code(rawValue: $0.code) }?.exitStatus ?? ExitStatus.failed
        }
    }
}
