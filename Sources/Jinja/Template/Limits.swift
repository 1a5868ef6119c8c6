/// What one rendering may cost, so that no template can hang or exhaust memory.
package struct Limits: Sendable, Hashable {
    /// The size of the output, and of any single string, in UTF-8 bytes.
    package var outputBytes: Int
    /// Evaluated nodes, made list elements, and one for every 64 bytes of made or searched text.
    package var steps: Int
    /// How deeply statements, expressions and macro calls may be nested while they run. Where the thread's stack is small,
    /// less is possible: a rendering never uses more than 288 KB of it.
    package var depth: Int

    package init(outputBytes: Int = 16 << 20, steps: Int = 3_000_000, depth: Int = 400) {
        self.outputBytes = outputBytes
        self.steps = steps
        self.depth = depth
    }

    package static let standard = Limits()
    /// For the expressions of workflows, whose authors are the user's own: tables of half a million rows are sorted and
    /// grouped, and what never ends is still ended.
    package static let workflow = Limits(outputBytes: 256 << 20, steps: 100_000_000)
}
