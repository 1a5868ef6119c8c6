/// Whether and how hard a model thinks before it answers, where it can.
package enum Thinking: String, Sendable, Hashable, CaseIterable {
    case off, on, low, medium, high

    /// How hard, where that was said.
    package var effort: String? {
        switch self {
        case .off, .on: nil
        case .low, .medium, .high: rawValue
        }
    }
}
