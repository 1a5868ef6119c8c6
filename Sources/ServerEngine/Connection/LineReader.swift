import LocalNetwork

/// The lines of an answer, whole ones, however the pieces are cut in which they come.
struct LineReader: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    /// A longer line is no part of an answer of a model.
    static let longest = 16 << 20

    private let body: HTTPBody

    init(_ body: HTTPBody) {
        self.body = body
    }

    func makeAsyncIterator() -> Iterator { Iterator(pieces: body.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var pieces: HTTPBody.Iterator
        private var buffer: [UInt8] = []
        /// Where the next line begins.
        private var start = 0
        /// Up to where the buffer holds no end of a line.
        private var searched = 0
        private var hasEnded = false

        fileprivate init(pieces: HTTPBody.Iterator) {
            self.pieces = pieces
        }

        /// A line without its end; what is left at the end of the answer is a line too.
        mutating func next() async throws -> [UInt8]? {
            while true {
                if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                    defer {
                        start = end + 1
                        searched = start
                    }
                    return line(start..<end)
                }
                searched = buffer.count
                guard !hasEnded else {
                    guard start < buffer.count else { return nil }
                    defer { start = buffer.count }
                    return line(start..<buffer.count)
                }
                guard buffer.count - start <= LineReader.longest else {
                    throw HTTPFailure(.tooLarge, "a line is longer than \(LineReader.longest >> 20) MiB")
                }
                buffer.removeFirst(start)
                searched -= start
                start = 0
                if let piece = try await pieces.next() { buffer += piece } else { hasEnded = true }
            }
        }

        private func line(_ range: Range<Int>) -> [UInt8] {
            let line = buffer[range]
            return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
    }
}
