/// Looks for stop texts in a stream of text whose parts may cut them anywhere.
///
/// Text that could be the beginning of a stop text is held back until it is clear that it is none. The result does not
/// depend on where the stream is cut: the stop text that is complete first ends the stream.
package struct StopMatcher: Sendable {
    private let stops: [[UInt8]]
    private var held: [UInt8] = []

    /// Whether a stop text was reached; after that, all text is dropped.
    package private(set) var isStopped = false

    package init(_ stops: [String]) {
        self.stops = stops.filter { !$0.isEmpty }.map { Array($0.utf8) }
    }

    /// Takes the next text, of whole characters, and returns what can be shown.
    package mutating func append(_ text: String) -> String {
        guard !isStopped else { return "" }
        guard !stops.isEmpty else { return text }
        held.append(contentsOf: text.utf8)
        if let start = firstStop() {
            isStopped = true
            defer { held = [] }
            return String(decoding: held[..<start], as: UTF8.self)
        }
        let keep = possibleBeginning()
        let shown = String(decoding: held.dropLast(keep), as: UTF8.self)
        held.removeFirst(held.count - keep)
        return shown
    }

    /// Returns what was held back when nothing more comes.
    package mutating func finish() -> String {
        defer { held = [] }
        return String(decoding: held, as: UTF8.self)
    }

    /// Where the stop text begins that is complete first; of two that end together, the longer one.
    private func firstStop() -> Int? {
        for end in 1..<held.count + 1 {
            let starts = stops.compactMap { stop in
                stop.count <= end && held[end - stop.count..<end].elementsEqual(stop) ? end - stop.count : nil
            }
            if let start = starts.min() { return start }
        }
        return nil
    }

    /// The length of the longest end of the held text with which a stop text begins.
    private func possibleBeginning() -> Int {
        stops.reduce(0) { longest, stop in
            let lengths = (longest + 1..<max(stop.count, longest + 1)).reversed()
            return lengths.first { $0 <= held.count && held.suffix($0).elementsEqual(stop.prefix($0)) } ?? longest
        }
    }
}
