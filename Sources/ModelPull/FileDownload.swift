import Inference
import LocalNetwork

/// Fetches one file in several ranges at a time, goes on where an earlier fetch was cut off, and gives the file its name
/// only once its digest is right.
actor FileDownload {
    private let file: RemoteFile
    private let http: PullHTTP
    private let partial: PartialFile
    private let progress: @Sendable (Int) -> Void
    private var missing: [Int]
    private var here: Int

    private static let parallel = 4
    /// A connection that broke after so many bytes is worth another one at once; a server that sends less is left alone for
    /// some time, as one that sends nothing.
    private static let worthAnotherTry = 64 << 10

    /// - Parameter progress: Is told how many bytes are here.
    init(_ file: RemoteFile, _ http: PullHTTP, progress: @escaping @Sendable (Int) -> Void) throws(PullFailure) {
        self.file = file
        self.http = http
        self.progress = progress
        let partial = try PartialFile(file)
        self.partial = partial
        missing = partial.missing
        here = partial.bytes
    }

    /// - Throws: ``PullFailure``, or `CancellationError`. What is here is kept for the next time, unless it is wrong.
    func perform() async throws {
        progress(here)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.parallel { group.addTask { try await self.fetchPieces() } }
                try await group.waitForAll()
            }
        } catch is NoRanges {
            try await fetchWhole()
        }
        try check()
        try partial.publish()
    }

    private func fetchPieces() async throws {
        while !missing.isEmpty {
            let piece = missing.removeFirst()
            try await fetch(partial.range(ofPiece: piece))
            try partial.finish(piece: piece)
        }
    }

    /// The server knows no ranges and sends all of a file, whatever is asked for.
    private struct NoRanges: Error {}

    private func fetch(_ range: Range<Int>) async throws {
        var reached = range.lowerBound
        _ = try await http.persist { () -> Bool? in
            let before = reached
            do {
                let answer = try await http.send(
                    .init(url: file.url, token: file.token, range: reached..<range.upperBound))
                guard answer.status == 206 else { throw NoRanges() }
                guard answer.firstByte == reached else {
                    throw HTTPFailure(.brokenAnswer, "\(file.url) sends another range than was asked for")
                }
                for try await bytes in answer.body {
                    let wanted = bytes.prefix(range.upperBound - reached)
                    try take(wanted, at: reached)
                    reached += wanted.count
                    if reached == range.upperBound { return true }
                }
            } catch let failure as HTTPFailure {
                guard reached - before >= Self.worthAnotherTry else { throw failure }
                return nil
            }
            throw HTTPFailure(.brokenAnswer, "\(file.url) sends less than it announced")
        }
    }

    /// In one piece from its beginning; pieces that are here already are passed over.
    private func fetchWhole() async throws {
        let wanted = partial.missing.map { (piece: $0, range: partial.range(ofPiece: $0)) }
        here = partial.bytes
        var farthest = 0
        _ = try await http.persist { () -> Bool? in
            let before = farthest
            var reached = 0
            var left = wanted[...]
            do {
                for try await bytes in try await http.send(.init(url: file.url, token: file.token)).body {
                    let came = reached..<reached + bytes.count
                    while let next = left.first {
                        let part = came.clamped(to: next.range)
                        let isNew = farthest < part.upperBound
                        if !part.isEmpty, isNew {
                            try take(
                                bytes[(part.lowerBound - reached)..<(part.upperBound - reached)], at: part.lowerBound)
                        }
                        guard came.upperBound >= next.range.upperBound else { break }
                        if isNew { try partial.finish(piece: next.piece) }
                        left = left.dropFirst()
                    }
                    reached = came.upperBound
                    farthest = max(farthest, reached)
                    if left.isEmpty { return true }
                }
            } catch let failure as HTTPFailure {
                guard farthest - before >= Self.worthAnotherTry else { throw failure }
                return nil
            }
            throw HTTPFailure(.brokenAnswer, "\(file.url) sends less than it announced")
        }
    }

    private func take(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(PullFailure) {
        try partial.write(Array(bytes), at: offset)
        here += bytes.count
        progress(here)
    }

    private func check() throws {
        guard let digest = file.digest else { return }
        let found = try ModelDigests(cachePath: nil).digest(partial.path)
        guard found == digest else {
            partial.discard()
            throw PullFailure(
                .damaged,
                "\(file.name) arrived damaged: its digest is \(found) and not \(digest). It was thrown away; try again."
            )
        }
    }
}

extension HTTPAnswer {
    /// Where the range begins that a server says it sends.
    fileprivate var firstByte: Int? {
        header("content-range").flatMap { range in
            let parts = range.split(whereSeparator: { " -".contains($0) })
            return parts.first == "bytes" && parts.count > 1 ? Int(parts[1]) : nil
        }
    }
}
