/// Whether and how hard a model thinks before it answers, where it can.
package enum Thinking: String, Sendable, Hashable, CaseIterable {
    case off, on, low, medium, high
}
