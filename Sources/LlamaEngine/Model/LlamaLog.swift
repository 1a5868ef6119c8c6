import CLlama
import Logging
import Synchronization

/// Where libllama's log goes: to a swift-log `Logger` at debug level, line by line, and never to standard error.
///
/// libllama has one log for the process, so each line goes to the loggers of all engines there are.
enum LlamaLog {
    private struct State {
        var loggers: [ObjectIdentifier: Logger] = [:]
        /// The beginnings of lines and the errors by thread: several models may be loaded at the same time.
        var beginnings: [UInt: (text: String, level: ggml_log_level)] = [:]
        var errors: [UInt: [String]] = [:]
    }

    private static let longestLine = 4000
    private static let mostErrors = 20
    private static let state = Mutex(State())

    /// Set once and never again: libllama reads its callback without a lock.
    private static let isInstalled: Bool = {
        llama_log_set({ level, text, _ in LlamaLog.receive(level, text) }, nil)
        return true
    }()

    /// Sends the log to a logger as long as this lives.
    final class Subscription: Sendable {
        init(_ logger: Logger) {
            state.withLock { $0.loggers[ObjectIdentifier(self)] = logger }
            _ = isInstalled
        }

        deinit {
            _ = state.withLock { $0.loggers.removeValue(forKey: ObjectIdentifier(self)) }
        }
    }

    /// Collects this thread's error lines until ``takeErrors()``: libllama says why it failed only in its log.
    static func collectErrors() {
        let thread = nightjar_thread()
        state.withLock { $0.errors[thread] = [] }
    }

    /// The error lines since ``collectErrors()``, the first ones first.
    static func takeErrors() -> [String] {
        let thread = nightjar_thread()
        return state.withLock { $0.errors.removeValue(forKey: thread) } ?? []
    }

    /// Why libllama failed since ``collectErrors()``, as far as it says so.
    static func takeReason() -> String? { takeErrors().first.map(LlamaModel.reason) }

    /// A line may arrive in parts: only the first says its level, and only the last ends with a line break.
    static func receive(_ level: ggml_log_level, _ text: UnsafePointer<CChar>?) {
        guard let text else { return }
        let part = String(cString: text)
        let thread = nightjar_thread()
        let (lines, loggers) = state.withLock { state -> ([String], [Logger]) in
            var line = state.beginnings.removeValue(forKey: thread) ?? ("", level)
            line.text += part
            if level != GGML_LOG_LEVEL_CONT { line.level = level }
            guard line.text.hasSuffix("\n") || line.text.utf8.count > longestLine else {
                state.beginnings[thread] = line
                return ([], [])
            }
            let lines = line.text.split(separator: "\n").map { $0.trimmingTrailingSpace() }.filter { !$0.isEmpty }
            if line.level == GGML_LOG_LEVEL_ERROR, let errors = state.errors[thread], errors.count < mostErrors {
                state.errors[thread] = errors + lines
            }
            return (lines, Array(state.loggers.values))
        }
        for line in lines {
            for logger in loggers { logger.debug("libllama: \(line)") }
        }
    }
}

extension Substring {
    fileprivate func trimmingTrailingSpace() -> String {
        var text = self
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
