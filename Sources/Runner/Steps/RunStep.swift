import Foundation
import Jinja
import OrderedCollections
import Workflow

extension RunStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        let process = try process(context)
        let clock = ContinuousClock.now
        let outcome = try await process.run()
        let took = clock.duration(to: .now)
        let errors = text(outcome.errors)
        guard exitCodes.contains(outcome.exitCode) else {
            let last = errors.split(whereSeparator: \.isNewline).last.map { ": \($0.prefix(200))" } ?? ""
            throw StepFailure(.commandFailed, "`\(shown)` ended with exit code \(outcome.exitCode)\(last)")
        }
        return [
            "stdout": .string(text(outcome.output)),
            "stderr": .string(errors),
            "exit_code": .integer(outcome.exitCode),
            "seconds": took.inResults,
        ]
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        let process = try process(context)
        let words = ([process.program] + process.arguments).map { $0.contains(" ") ? "'\($0)'" : $0 }
        return StepPreview(lines: ["runs \(words.joined(separator: " "))"], result: nil)
    }

    private func process(_ view: some StepView) throws -> ChildProcess {
        let program: String
        let arguments: [String]
        switch command {
        case .shell(let line):
            program = "/bin/sh"
            arguments = ["-c", line]
        case .program(let words):
            let texts = try words.map(view.text)
            guard let first = texts.first, !first.isEmpty else {
                throw StepFailure(.badValue, "`run` got an empty program")
            }
            guard !texts.contains(where: { $0.contains("\0") }) else {
                throw StepFailure(.badValue, "an argument of `run` holds a NUL character")
            }
            program = first
            arguments = Array(texts.dropFirst())
        }
        var environment = view.setting.environment
        for (name, value) in try view.texts(self.environment) {
            guard name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil, !value.contains("\0") else {
                throw StepFailure(.badValue, "`\(name)` is no environment variable that a program can get")
            }
            environment[name] = value
        }
        let folder = try self.folder.map(view.text).map(view.files.url) ?? view.setting.project.folder
        return ChildProcess(
            program: program, arguments: arguments, environment: environment, folder: folder,
            input: try input.map(view.text) ?? "", largestOutput: largestOutput)
    }

    /// The command for a message.
    private var shown: String {
        switch command {
        case .shell(let line): String(line.prefix { !$0.isNewline }.prefix(80))
        case .program(let words):
            switch words.first {
            case .constant(let program): program
            default: "the program"
            }
        }
    }

    /// What a program wrote, without the line end that programs put behind their last line.
    private func text(_ bytes: [UInt8]) -> String {
        var text = String(decoding: bytes, as: UTF8.self)
        if text.last?.isNewline == true { text.removeLast() }
        return text
    }
}
