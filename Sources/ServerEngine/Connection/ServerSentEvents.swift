/// The events of a stream of server-sent events: their data, and their names where they have one. Comments, which
/// servers send to keep a connection open, are left out.
struct ServerSentEvents: AsyncSequence, Sendable {
    struct Event: Sendable, Hashable {
        var name: String?
        var data: [UInt8]
    }

    typealias Element = Event
    typealias Failure = any Error

    let lines: LineReader

    func makeAsyncIterator() -> Iterator { Iterator(lines: lines.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var lines: LineReader.Iterator

        /// An event ends with a blank line; one that the end of the stream cuts off counts too, since what it lacks
        /// shows in its data.
        mutating func next() async throws -> Event? {
            var name: String?
            var data: [UInt8]?
            while let line = try await lines.next() {
                if line.isEmpty {
                    if let data { return Event(name: name, data: data) }
                    name = nil
                    continue
                }
                guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { continue }
                var value = line[(colon + 1)...]
                if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
                switch String(decoding: line[..<colon], as: UTF8.self) {
                case "data": data = data.map { $0 + [UInt8(ascii: "\n")] + value } ?? Array(value)
                // Servers of llama.cpp from before 2026 write an error in place of data.
                case "error":
                    name = "error"
                    data = Array(value)
                case "event": name = String(decoding: value, as: UTF8.self)
                default: break
                }
            }
            return data.map { Event(name: name, data: $0) }
        }
    }
}
