import ArgumentParser
import Foundation
import Inference
import Runner
import Workflow

/// `nightjar prompt`: one prompt from the shell.
struct PromptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompt", abstract: "Ask a model one thing; the answer streams to standard output.",
        discussion:
            "Without a text, or with `-`, the text comes from standard input. A prompt is not recorded as a run.")

    @Argument(help: "What to ask.")
    var text: [String] = []

    @Option(name: .shortAndLong, help: "An alias from the configuration, ENGINE/NAME, or a path to a .gguf.")
    var model: String?

    @Option(name: .shortAndLong, help: "Who the model is and how it should answer.")
    var system: String?

    @Option(help: "0 always takes the most probable token; higher is freer.")
    var temperature: Double?

    @Option(help: "Only so many of the most probable tokens are considered.")
    var topK: Int?

    @Option(help: "Only the most probable tokens that together reach this probability are considered.")
    var topP: Double?

    @Option(help: "Tokens less probable than this share of the most probable one are left out.")
    var minP: Double?

    @Option(help: "Over 1, tokens that were used lately become less probable.")
    var repeatPenalty: Double?

    @Option(help: "The same seed gives the same answer.")
    var seed: UInt32?

    @Option(help: "The longest answer in tokens.")
    var maxTokens: Int?

    @Option(help: "The answer ends before this text; may be given several times.")
    var stop: [String] = []

    @Flag(help: "Answer alone, so that the same seed gives the same answer whatever else is asked.")
    var reproducible = false

    @Option(help: "The context length in tokens to load the model with.")
    var context: Int?

    @Flag(help: "Show the exact prompt and its length in tokens; generate nothing.")
    var dryRun = false

    @Option(help: "A picture for a model that sees; may be given several times.", completion: .file())
    var image: [String] = []

    @OptionGroup var form: AnswerForm

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        if let temperature, temperature < 0 { throw ValidationError("`--temperature` takes a number of at least 0") }
        if let maxTokens, maxTokens < 1 { throw ValidationError("`--max-tokens` takes a number of at least 1") }
        if let topK, topK < 1 { throw ValidationError("`--top-k` takes a number of at least 1") }
        if let context, context < 16 { throw ValidationError("`--context` takes a number of at least 16") }
        for (name, value) in [("--top-p", topP), ("--min-p", minP)] {
            if let value, !(0...1).contains(value) { throw ValidationError("`\(name)` takes a number from 0 to 1") }
        }
    }

    func run() async throws {
        let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        let session = try Session(project: Project(around: here), logging: logging, purpose: "nightjar prompt")
        do {
            let (choice, request) = try request(session)
            if dryRun {
                let preview = try await choice.engine.preview(request)
                Console.print(preview.text)
                Console.note((preview.isExact ? "" : "about ") + Figures.count(preview.tokens, "token"))
            } else {
                try await answer(choice, request)
            }
            await session.close()
        } catch let error as EngineError {
            await session.close()
            throw CommandFailure(error.exitStatus, error.message)
        }
    }

    private func request(_ session: Session) throws -> (ModelChoice, GenerationRequest) {
        let choice = try session.choice(orDefault: model)
        var settings = CallSettings()
        settings.temperature = temperature
        settings.topK = topK
        settings.topP = topP
        settings.minP = minP
        settings.repeatPenalty = repeatPenalty
        settings.seed = seed
        settings.maxTokens = maxTokens
        settings.stop = stop
        settings.context = context
        settings.isReproducible = reproducible
        try form.apply(to: &settings)
        return (
            choice,
            choice.request(system: system, turns: [.user(try question(), images: try pictures())], settings: settings)
        )
    }

    private func pictures() throws -> [ImageAttachment] {
        try image.map { path in
            guard let data = FileManager.default.contents(atPath: path) else {
                throw CommandFailure(.invalid, "there is no file \(path) that can be read")
            }
            guard let picture = ImageAttachment(name: path, data: data) else {
                throw CommandFailure(.invalid, "\(path) is no PNG, JPEG, GIF or WebP picture")
            }
            return picture
        }
    }

    private func question() throws -> String {
        guard text.isEmpty || text == ["-"] else { return text.joined(separator: " ") }
        if isatty(STDIN_FILENO) == 1 { Console.note("reading the prompt from the keyboard; end with Ctrl-D") }
        let text = try WholeFile.text("-")
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw CommandFailure(.usage, "there is nothing to ask: give a text, or pipe one in")
        }
        return text
    }

    private func answer(_ choice: ModelChoice, _ request: GenerationRequest) async throws {
        let task = Task {
            var endsLine = true
            for try await event in choice.engine.generate(request) {
                switch event {
                case .text(let text, _):
                    Console.printRaw(text)
                    endsLine = text.hasSuffix("\n")
                case .finished(let result):
                    if !endsLine { Console.printRaw("\n") }
                    return Optional(result)
                case .waiting(let reason): Console.note(reason)
                case .passedOver(let passed): Console.note(passed.error.message)
                case .loading, .evaluating, .started, .reasoning: break
                }
            }
            return nil
        }
        let signals = Interruption { task.cancel() }
        defer { signals.stop() }
        do {
            guard let result = try await task.value else { throw ExitStatus.interrupted }
            if result.finishReason == .length {
                Console.note(
                    "the answer was cut off after \(result.generatedTokens) tokens: raise `--max-tokens` or `--context`"
                )
            }
            try form.check(result.text, request)
        } catch is CancellationError {
            Console.printRaw("\n")
            throw ExitStatus.interrupted
        }
    }
}

extension EngineError {
    /// What a command that failed for this ends with.
    var exitStatus: ExitStatus {
        switch code {
        case .invalidRequest, .modelNotFound: .invalid
        default: code.exitStatus
        }
    }
}

extension EngineError.Code {
    /// What a run that failed for this ends with.
    var exitStatus: ExitStatus {
        switch self {
        case .unreachable: .unavailable
        case .busy: .busy
        default: .failed
        }
    }
}
