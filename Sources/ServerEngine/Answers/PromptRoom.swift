import Inference

/// Whether a prompt fits the context of a server's model before it is sent, and whether all of it was evaluated after.
/// Servers cut a prompt that does not fit, and say nothing.
struct PromptRoom: Sendable {
    /// The length of the prompt as counted by the server; `nil` where it cannot count.
    var counted: Int?
    private let estimate: TokenEstimate
    /// The context of the model in tokens, where it is known.
    var context: Int?

    /// A chat template puts a few tokens around each message.
    private static let aroundMessage = 4
    /// A prompt that is guessed to be so much longer than the context is not sent: guesses are that wrong at most.
    private static let doubt = 1.15

    init(_ messages: [ChatMessage], context: Int?, counted: Int? = nil) {
        estimate = messages.map { TokenEstimate(of: $0.content) }.reduce(TokenEstimate(of: ""), +)
        self.context = context
        self.counted = counted
        around = messages.count * Self.aroundMessage
    }

    private let around: Int

    /// The length that is told before the server tells one.
    var likely: Int { counted ?? estimate.likely + around }

    /// - Throws: ``EngineError`` with code `prompt_too_long`.
    func check(_ model: String) throws(EngineError) {
        guard let context else { return }
        if let counted {
            guard counted >= context else { return }
            throw tooLong(model, "is \(counted) tokens long", context)
        }
        guard estimate.fewest >= context || Double(estimate.likely) > Double(context) * Self.doubt else { return }
        throw tooLong(model, "is about \(estimate.likely) tokens long", context)
    }

    private func tooLong(_ model: String, _ length: String, _ context: Int) -> EngineError {
        EngineError(
            .promptTooLong,
            "The prompt \(length), and \(model) has a context of \(context): set a larger `context`, or `split` the text."
        )
    }

    /// - Parameter evaluated: what the server says that it evaluated; `nil` where it does not say, or not truly.
    /// - Throws: ``EngineError`` with code `prompt_cut`.
    func checkEvaluated(_ evaluated: Int?, _ model: String) throws(EngineError) {
        guard let evaluated, evaluated > 0 else { return }
        // Servers differ by a few tokens in what they count to a prompt.
        let fewest = counted.map { $0 - $0 / 20 - 16 } ?? estimate.fewest
        // What is cut is cut because it does not fit: a prompt that surely fits was evaluated whole.
        let mayNotFit = context.map { Double(likely) * 2 > Double($0) } ?? true
        let isShort = evaluated < fewest || (context.map { (0...1).contains($0 - evaluated) } ?? false)
        guard mayNotFit, isShort else { return }
        throw EngineError(
            .promptCut,
            "\(model) evaluated \(evaluated) tokens of a prompt of about \(likely): the server cut it to its context; set a larger `context`, or `split` the text."
        )
    }
}
