/// How long a model call may be silent, told apart by what it is at: a slow model is no error, a silent one is.
package struct CallLimits: Sendable, Hashable {
    /// Loading the model, up to the evaluation of the prompt.
    package var load: Duration
    /// From there to the first token of the answer: long prompts take long.
    package var firstToken: Duration
    /// Between two tokens of the answer.
    package var betweenTokens: Duration
    /// The whole call, without the wait for its turn.
    package var total: Duration

    package init(
        load: Duration = .seconds(600), firstToken: Duration = .seconds(600), betweenTokens: Duration = .seconds(120),
        total: Duration = .seconds(7200)
    ) {
        self.load = load
        self.firstToken = firstToken
        self.betweenTokens = betweenTokens
        self.total = total
    }

    /// These limits, where others say nothing else.
    package func changed(by other: Changes?) -> CallLimits {
        CallLimits(
            load: other?.load ?? load, firstToken: other?.firstToken ?? firstToken,
            betweenTokens: other?.betweenTokens ?? betweenTokens, total: other?.total ?? total)
    }

    /// The limits that someone sets, each of which may be left open.
    package struct Changes: Sendable, Hashable {
        package var load: Duration?
        package var firstToken: Duration?
        package var betweenTokens: Duration?
        package var total: Duration?

        package init(
            load: Duration? = nil, firstToken: Duration? = nil, betweenTokens: Duration? = nil, total: Duration? = nil
        ) {
            self.load = load
            self.firstToken = firstToken
            self.betweenTokens = betweenTokens
            self.total = total
        }
    }
}
