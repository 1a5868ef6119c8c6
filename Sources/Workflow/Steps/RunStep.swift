import Jinja
import OrderedCollections

/// `run:` runs a program.
package struct RunStep: StepKind {
    /// What is run.
    package enum Command: Sendable {
        /// A line for the shell, which holds no expression.
        case shell(String)
        /// A program and its arguments, without a shell.
        case program([TemplatedText])
    }

    package var command = Command.shell("")
    package var environment = TemplatedValue.mapping([])
    package var input: TemplatedText?
    package var folder: TemplatedText?
    package var exitCodes = [0]
    package var largestOutput = 16 << 20

    package init() {}

    package static let key = "run"
    package static let summary = """
        Runs a program and takes its output. A text is a line for the shell `sh` and holds no expression: values reach \
        it by `env` or `stdin`. A list is a program with its arguments, runs without a shell, and may hold expressions.
        """
    package static let shorthand: String? = "command"
    package static let isRetriedByDefault = true
    package static let fields: [Field<Self>] = [
        .required(
            "command", \.command, .command,
            "A line for the shell, or a list of a program and its arguments. What it starts ends with the step."),
        .optional(
            "env", \.environment, .mapping, default: nil,
            "Environment variables beside those of Nightjar itself. What is no text is written as JSON."),
        .optional("stdin", \.input, .text, "What the program reads on standard input; nothing if not given."),
        .optional("cwd", \.folder, .text, "The folder it runs in; the project folder if not given."),
        .optional(
            "exit_codes", \.exitCodes, .array(of: .integer(0...255), named: "exit codes"), default: [0],
            "The exit codes that count as success."),
        .optional(
            "max_bytes", \.largestOutput, .integer(1...(1 << 30)), default: 16_777_216,
            "The most that the program may write, to standard output and to standard error each; with more it is ended, and the step fails."
        ),
    ]
    package static let outputs: [Shape.Member] = [
        .init("stdout", .text, "What the program wrote to standard output, without a line end at its end."),
        .init("stderr", .text, "What it wrote to standard error, without a line end at its end."),
        .init("exit_code", .integer, "The exit code."),
        .init("seconds", .number, "How long it ran."),
    ]
}

extension FieldType where Held == RunStep.Command {
    /// Where the line for a shell stands among a program's arguments, if the program is a shell.
    private static func shellLine(in words: [TemplatedText]) -> Int? {
        guard case .constant(let program) = words.first,
            ["sh", "bash", "dash", "zsh", "ksh", "fish"].contains(program.split(separator: "/").last ?? "")
        else { return nil }
        let option = words.firstIndex { word in
            if case .constant(let text) = word { text.wholeMatch(of: /-[a-z]*c/) != nil } else { false }
        }
        return option.flatMap { $0 + 1 < words.count ? $0 + 1 : nil }
    }

    fileprivate static var command: FieldType {
        let expected = "a line for the shell, or a list of a program and its arguments"
        let arguments = FieldType<[TemplatedText]>.array(of: .text, named: "arguments")
        return FieldType(
            expected: expected,
            schema: [
                "anyOf": [
                    ["type": "string", "not": ["pattern": #"\$\{\{"#]],
                    ["type": "array", "items": ["type": ["string", "number", "boolean"]], "minItems": 1],
                ]
            ]
        ) { node, key, decoding in
            switch node.content {
            case .scalar(let scalar) where !node.isNull:
                guard scalar.text.contains(where: { !$0.isWhitespace }) else {
                    decoding.report("`\(key)` is empty", at: node.place)
                    return nil
                }
                guard let place = scalar.text.firstRange(of: "${{") else { return .shell(scalar.text) }
                let offset = scalar.text.utf8.distance(from: scalar.text.startIndex, to: place.lowerBound)
                decoding.report(
                    decoding.origin(of: node, scalar).diagnostic(
                        atOffset: offset, length: 3,
                        message:
                            "a line for the shell holds no expression, since the shell would take its text for code: "
                            + "give the value by `env` or `stdin`, or write the command as a list, `run: [program, ${{ … }}]`"
                    ))
                return nil
            case .sequence(let elements):
                guard !elements.isEmpty else {
                    decoding.report("`\(key)` names no program", at: node.place)
                    return nil
                }
                guard let words = arguments.decode(node, key, decoding) else { return nil }
                if let index = shellLine(in: words), case .template = words[index] {
                    decoding.report(
                        "the shell would take what the expression gives for code: give the value by `env` or `stdin`",
                        at: elements[index].place)
                }
                return .program(words)
            default:
                decoding.mismatch(node, expected: expected, of: key)
                return nil
            }
        }
    }
}
