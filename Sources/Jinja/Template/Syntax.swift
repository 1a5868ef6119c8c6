/// The delimiters of a template language and its rules for white space and output.
package struct Syntax: Sendable, Hashable {
    package struct Delimiters: Sendable, Hashable {
        package var start: String
        package var end: String

        package init(_ start: String, _ end: String) {
            self.start = start
            self.end = end
        }
    }

    package var variable: Delimiters
    package var block: Delimiters
    package var comment: Delimiters
    /// Whether the line break after a block or comment is dropped.
    package var trimBlocks: Bool
    /// Whether white space between the start of a line and a block or comment is dropped.
    package var lstripBlocks: Bool
    /// Whether a line break at the very end of the source is kept; Jinja drops one.
    package var keepTrailingNewline: Bool
    package var convention: OutputConvention
    package var undefinedRule: UndefinedRule

    package init(
        variable: Delimiters = Delimiters("{{", "}}"), block: Delimiters = Delimiters("{%", "%}"),
        comment: Delimiters = Delimiters("{#", "#}"), trimBlocks: Bool = false, lstripBlocks: Bool = false,
        keepTrailingNewline: Bool = false, convention: OutputConvention = .python,
        undefinedRule: UndefinedRule = .strict
    ) {
        self.variable = variable
        self.block = block
        self.comment = comment
        self.trimBlocks = trimBlocks
        self.lstripBlocks = lstripBlocks
        self.keepTrailingNewline = keepTrailingNewline
        self.convention = convention
        self.undefinedRule = undefinedRule
    }

    /// What workflows use: `${{ … }}`, so that YAML needs no quotes and prompts may talk about `{{ }}`. A literal `${{`
    /// is written inside `{% raw %}`. A line break at the end stays, as the text of a workflow is data.
    package static let workflow = Syntax(
        variable: Delimiters("${{", "}}"), keepTrailingNewline: true, convention: .json)

    /// What Hugging Face sets for the chat templates that models carry. They rely on a missing key counting as false.
    package static let chatTemplate = Syntax(trimBlocks: true, lstripBlocks: true, undefinedRule: .lenient)

    /// Python's jinja2 as it comes, but with `StrictUndefined`.
    package static let standard = Syntax()
}

/// What a name, key or index that does not exist is. Looking into it and computing with it is an error in both.
package enum UndefinedRule: Sendable, Hashable {
    /// Every use is an error but `is defined`, `is undefined` and `default`: jinja2's `StrictUndefined`.
    case strict
    /// It counts as empty text, as false and as an empty list: jinja2's `Undefined`.
    case lenient
}

/// How values that are no strings are written inside text, and how attributes are found.
package enum OutputConvention: Sendable, Hashable {
    /// `True`, `None`, `['a']`. `x.items` is the method of a mapping before it is its key, as in jinja2.
    case python
    /// `true`, `null`, `["a"]`. `x.items` is the key; a method only where it is called and there is no such key.
    case json
}
