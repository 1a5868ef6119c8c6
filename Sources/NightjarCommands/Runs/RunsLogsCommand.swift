import ArgumentParser
import Foundation
import History

/// `nightjar runs logs`: what happened in a run, in order of time.
struct RunsLogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Tell what happened in a run, line by line.")

    @Argument(help: "The run's id, the beginning or the last four characters of one, or `latest`.")
    var run = "latest"

    func run() async throws {
        let reference = run
        let lines = try await RecordAccess.reading { history throws(HistoryError) in
            let run = try await history.run(reference)
            return Self.lines(
                run, try await history.allSteps(of: run.id), try await history.allCalls(of: run.id),
                try await history.allFiles(of: run.id))
        }
        for line in lines { Console.print(line) }
    }

    private static func lines(
        _ run: RunRecord, _ steps: [StepRecord], _ calls: [CallRecord], _ files: [FileRecord]
    ) -> [String] {
        var events: [(moment: Date, text: String)] = [(run.summary.started, "run of \(run.summary.workflow) began")]
        for step in steps {
            events.append((step.started, "\(step.path): \(step.kind) began"))
            if let ended = step.ended {
                let reason = step.error.map { ": \($0.message)" } ?? ""
                events.append((ended, "\(step.path): \(step.state.rawValue)\(reason)"))
            }
        }
        for call in calls {
            let tokens = "\(call.result.promptTokens ?? 0) prompt and \(call.result.generatedTokens ?? 0) answer tokens"
            let took = call.seconds.map { ", \(Figures.duration($0))" } ?? ""
            events.append(
                (
                    call.ended ?? call.started,
                    "\(call.stepPath): \(call.result.model ?? call.call.model) \(call.state.rawValue), \(tokens)\(took)"
                ))
        }
        for file in files {
            events.append((file.written, "\(file.stepPath): wrote \(file.path), \(Figures.bytes(file.bytes))"))
        }
        if let ended = run.summary.ended {
            let reason = run.summary.error.map { ": \($0.message)" } ?? ""
            events.append((ended, "run \(run.summary.state.rawValue)\(reason)"))
        }
        // Equal moments keep the order above: a stable sort by place breaks the tie.
        return events.enumerated().sorted { ($0.element.moment, $0.offset) < ($1.element.moment, $1.offset) }
            .map {
                "\($0.element.moment.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))  \($0.element.text)"
            }
    }
}
