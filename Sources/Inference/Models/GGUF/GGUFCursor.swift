import Foundation

/// Reads a file front to back through a window of bounded size, and never further than the file goes.
///
/// The file is read, not mapped: a mapped file that is cut while it is read kills the process.
struct GGUFCursor {
    /// What can go wrong while reading; ``GGUFReader`` makes a sentence of it.
    enum Failure: Error {
        /// The file ends before the value does.
        case ended
        /// The system refused to read.
        case unreadable(String)
    }

    private static let windowSize = 256 << 10

    let path: String
    let size: Int
    private(set) var offset = 0
    private let descriptor: Int32
    private var window: [UInt8] = []
    private var windowStart = 0

    /// - Parameter descriptor: An open file, which stays the caller's to close.
    init(path: String, descriptor: Int32, size: Int) {
        self.path = path
        self.descriptor = descriptor
        self.size = size
    }

    var remaining: Int { size - offset }

    /// Moves on without looking at the bytes.
    mutating func skip(_ count: Int) throws(Failure) {
        guard count <= remaining else { throw .ended }
        offset += count
    }

    mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws(Failure) -> Number {
        try fill(Number.bitWidth / 8)
        let start = offset - windowStart
        let bytes = window[start..<start + Number.bitWidth / 8]
        offset += Number.bitWidth / 8
        return bytes.reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    /// A count or length: 64 bits in the file, and never more than what is left of it divided by `stride`.
    mutating func count(stride: Int) throws(Failure) -> Int {
        let value = try integer(UInt64.self)
        guard value <= UInt64(remaining / stride) else { throw .ended }
        return Int(value)
    }

    mutating func bytes(_ count: Int) throws(Failure) -> [UInt8] {
        guard count <= remaining else { throw .ended }
        if count <= Self.windowSize {
            try fill(count)
            let start = offset - windowStart
            offset += count
            return Array(window[start..<start + count])
        }
        let bytes = try read(count, at: offset)
        offset += count
        return bytes
    }

    /// A string: its length and its bytes; what is not UTF-8 becomes U+FFFD.
    mutating func string() throws(Failure) -> String {
        String(decoding: try bytes(try count(stride: 1)), as: UTF8.self)
    }

    mutating func skipString() throws(Failure) {
        try skip(try count(stride: 1))
    }

    /// Makes the next `count` bytes part of the window.
    private mutating func fill(_ count: Int) throws(Failure) {
        guard count <= remaining else { throw .ended }
        if offset >= windowStart, offset + count <= windowStart + window.count { return }
        window = try read(min(max(count, Self.windowSize), remaining), at: offset)
        windowStart = offset
    }

    private func read(_ count: Int, at start: Int) throws(Failure) -> [UInt8] {
        var failure: String?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                guard let base = buffer.baseAddress else { return }
                let got = pread(descriptor, base + filled, count - filled, off_t(start + filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = String(cString: strerror(errno)) }
                if got <= 0 { return }
                filled += got
            }
        }
        if let failure { throw .unreadable(failure) }
        guard bytes.count == count else { throw .ended }
        return bytes
    }
}
