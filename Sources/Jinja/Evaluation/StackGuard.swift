/// Knows how much thread stack has been used since it was made.
///
/// Limits on nesting are numbers; how much stack a level takes depends on the build. Threads may have no more than 512 KB,
/// and a stack that overflows ends the process: so the parser and the renderer also stop when they have used this much.
struct StackGuard {
    static let budget: UInt = 288 << 10

    private let base = Self.position

    /// Whether the budget is used up.
    var isExhausted: Bool {
        let position = Self.position
        // Stacks grow downwards on every platform that Swift runs on; the other way round costs nothing to allow for.
        return (position > base ? position - base : base - position) > Self.budget
    }

    /// The address of something on the stack.
    @inline(never) private static var position: UInt {
        var marker: UInt8 = 0
        return withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
    }
}
