import ArgumentParser
import Foundation
import Inference
import Jinja
import Runner
import Workflow

extension ParseStep.Format: ExpressibleByArgument {}

/// `nightjar parse`: the step `parse` for any text from the shell.
struct ParseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parse", abstract: "Take data out of a model's answer, or any text.",
        discussion: """
            The text is read from a file or from standard input; the data are written as JSON, what was mended to standard \
            error. Where there are no data, or not those that were asked for, the exit code is 1.
            """)

    @Argument(help: "A file; standard input without it, or with `-`.", completion: .file())
    var file = "-"

    @Option(
        name: .customLong("as"),
        help: "What the text holds: \(ParseStep.Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = ParseStep.Format.json

    @Option(help: "A file with a JSON Schema that the data have to fit.", completion: .file())
    var schema: String?

    @Option(help: "For `choice`: what the text may be; may be given several times.")
    var choice: [String] = []

    @Option(help: "For `regex`: a regular expression.")
    var pattern: String?

    @Option(help: "For `markdown_section`: the text of the heading.")
    var section: String?

    @Option(help: "For `code`: the language that the fence names.")
    var language: String?

    @Flag(help: "Take a text that ends in the middle of a value without that value's end.")
    var allowTruncated = false

    @Flag(help: "Write `data`, `repairs` and `errors`, whatever they are.")
    var json = false

    func validate() throws {
        let needs: [(option: String, format: ParseStep.Format, isThere: Bool)] = [
            ("--choice", .choice, !choice.isEmpty), ("--pattern", .regex, pattern != nil),
            ("--section", .markdownSection, section != nil),
        ]
        for need in needs where need.isThere != (format == need.format) {
            throw ValidationError("`--as \(need.format.rawValue)` and `\(need.option)` belong together")
        }
        if language != nil, format != .code { throw ValidationError("`--language` belongs to `--as code`") }
    }

    func run() throws {
        var reader = AnswerReader(format)
        if let schema { reader.schema = try AnswerSchema(file: schema) }
        reader.choices = choice
        reader.pattern = pattern
        reader.section = section
        reader.language = language
        reader.allowTruncated = allowTruncated
        do {
            try show(try reader.data(in: try WholeFile.text(file)))
        } catch let failure as StepFailure {
            throw CommandFailure(.invalid, failure.message)
        }
    }

    private func show(_ found: AnswerData) throws {
        if json {
            let value: Value = [
                "data": found.value ?? .null, "valid": .boolean(found.isValid),
                "repairs": .list(found.repairs.map { .string($0.rawValue) }),
                "errors": .list(found.problems.map { .string($0) }),
            ]
            Console.print(value.json(.spaced))
        } else {
            if found.isValid, let value = found.value { Console.print(value.json(.spaced)) }
            if !found.repairs.isEmpty {
                Console.note("mended    \(found.repairs.map(\.rawValue).joined(separator: ", "))")
            }
        }
        guard !found.isValid else { return }
        throw json ? ExitStatus.failed : CommandFailure(.failed, found.problems.joined(separator: "; ").printable)
    }
}

extension AnswerSchema {
    /// - Throws: ``CommandFailure`` where the file cannot be read or holds no schema.
    init(file: String) throws {
        do {
            try self.init(try Value(json: try WholeFile.text(file)))
        } catch let error as JSONError {
            throw CommandFailure(.invalid, "\(file) is not JSON: \(error)")
        } catch let failure as StepFailure {
            throw CommandFailure(.invalid, "\(file): \(failure.message)")
        }
    }
}
