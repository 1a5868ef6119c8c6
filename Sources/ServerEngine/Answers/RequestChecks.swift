import Inference
import Jinja

extension GenerationRequest {
    /// Checks the pictures and the thinking that are asked for against what a model can do.
    ///
    /// - Parameters:
    ///   - capabilities: `nil` where the server does not tell.
    ///   - takesGrammars: whether the server takes grammars in GBNF.
    func check(
        _ model: String, can capabilities: Set<Capability>?, takesGrammars: Bool = false
    ) throws(EngineError) {
        guard maxTokens >= 1 else {
            throw EngineError(
                .invalidRequest, "`max_tokens: \(maxTokens)` leaves no room for an answer: 1 is the least.")
        }
        guard grammar == nil || takesGrammars else {
            throw EngineError(
                .invalidRequest,
                "\(model) cannot be held to a `grammar` by its server: use a `schema` or `choices`, or the engine inside the process."
            )
        }
        guard adapters.isEmpty, chatTemplate == nil else {
            throw EngineError(
                .invalidRequest,
                "\(model) is on a server, which loads no `lora` and takes no `chat_template` from here: use the engine inside the process."
            )
        }
        guard let capabilities else { return }
        if hasPictures, !capabilities.contains(.vision) {
            throw EngineError(
                .invalidRequest, "\(model) sees no pictures: leave `images` out, or take a model that does.")
        }
        if let thinking, thinking != .off, !capabilities.contains(.thinking) {
            throw EngineError(.invalidRequest, "\(model) does not think: leave `think` out, or take a model that does.")
        }
    }

    /// The seed that is sent: one is drawn where the request has none, so that the record can tell it.
    var sentSeed: UInt32? { sampler.isGreedy ? nil : sampler.seed ?? .random(in: 0...UInt32(Int32.max)) }
}

extension Value {
    /// A count that a server tells; `nil` for what can be none.
    var count: Int? { integer.flatMap { (0...1_000_000_000).contains($0) ? $0 : nil } }

    /// The length of a context; servers write 0 where they mean that it is not known.
    var length: Int? { count.flatMap { $0 > 0 ? $0 : nil } }

    /// A time in nanoseconds that a server tells.
    var nanoseconds: Duration? { integer.flatMap { (0...Int.max / 2).contains($0) ? .nanoseconds($0) : nil } }

    /// A time in milliseconds that a server tells.
    var milliseconds: Duration? { number.flatMap { (0...1e12).contains($0) ? .milliseconds($0) : nil } }
}
