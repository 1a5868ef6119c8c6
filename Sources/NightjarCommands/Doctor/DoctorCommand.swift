import ArgumentParser
import Foundation
import Jinja
import OrderedCollections

/// `nightjar doctor`: what is installed, found and reachable, and what to do about what is not.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Tell what is installed, found and reachable, and what to do.",
        discussion: "The exit code is 1 when something must be mended before a run can work.")

    @Flag(help: "Write the findings as JSON.")
    var json = false

    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        let findings = await Examination(logging: logging).findings()
        if json {
            Console.print(Value.mapping(["findings": .list(findings.map(\.value))]).json(.pretty(indent: 2)))
        } else {
            let style = ProgressStyle(isColored: Console.usesColor(STDOUT_FILENO))
            for finding in findings { Console.print(finding.line(style)) }
        }
        if findings.contains(where: { $0.verdict == .bad }) { throw ExitStatus.failed }
    }
}

/// One thing that was looked at.
struct Finding {
    enum Verdict: String {
        case good
        /// Not there, and not needed by everyone.
        case absent
        /// Must be mended before a run can work.
        case bad
    }

    var subject: String
    var verdict: Verdict
    var detail: String
    /// What to do about it.
    var advice: String?

    func line(_ style: ProgressStyle) -> String {
        let mark =
            switch verdict {
            case .good: style.good("✓")
            case .absent: style.faint("–")
            case .bad: style.bad("✗")
            }
        let padding = String(repeating: " ", count: max(1, 15 - subject.count))
        return "\(mark) \(subject)\(padding)\(detail)" + (advice.map { "\n                  → \($0)" } ?? "")
    }

    var value: Value {
        [
            "subject": .string(subject), "verdict": .string(verdict.rawValue), "detail": .string(detail),
            "advice": advice.map { .string($0) } ?? .null,
        ]
    }
}
