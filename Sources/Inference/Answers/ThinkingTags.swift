/// The tags between which models think.
package enum ThinkingTags {
    static let pairs: [(opener: [UInt8], closer: [UInt8])] = texts.map {
        (Array($0.opener.utf8), Array($0.closer.utf8))
    }

    static let texts: [(opener: String, closer: String)] = [
        ("<think>", "</think>"), ("<thinking>", "</thinking>"), ("<reasoning>", "</reasoning>"),
        ("[THINK]", "[/THINK]"),
    ]

    static let message = Array("<|message|>".utf8)
    static let messageEnd = Array("<|end|>".utf8)
    static let headerStarts = ["<|channel|>", "<|start|>"].map { Array($0.utf8) }
    static let messageEnds = [messageEnd] + ["<|return|>", "<|call|>"].map { Array($0.utf8) } + headerStarts

    static let openers = pairs.map(\.opener) + headerStarts
    /// Where nobody saw how the block was opened.
    static let closers = pairs.map(\.closer) + [messageEnd]

    // MARK: What chat templates tell

    /// The tags that a chat template knows: the texts of which its model writes as it thinks, empty for a model that does
    /// not think.
    package static func known(to template: String) -> [String] {
        if template.contains("<|channel|>") {
            return ["<|channel|>", "<|message|>", "<|start|>", "<|end|>", "<|return|>", "<|call|>"]
        }
        return texts.first { template.contains($0.opener) || template.contains($0.closer) }.map {
            [$0.opener, $0.closer]
        }
            ?? []
    }

    /// What closes the block that a prompt has opened at its end; `nil` where it has opened none.
    package static func closer(behind prompt: String) -> String? {
        guard let last = prompt.lastIndex(where: { !$0.isWhitespace }) else { return nil }
        let text = prompt[...last]
        return texts.first { text.hasSuffix($0.opener) }?.closer
    }
}
