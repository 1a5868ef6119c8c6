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
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.parallel { group.addTask { try await self.fetchPieces() } }
            try await group.waitForAll()
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

    private func fetch(_ range: Range<Int>) async throws {
        var reached = range.lowerBound
        _ = try await http.persist {
            let before = reached
            do {
                let answer = try await http.send(
                    .init(url: file.url, token: file.token, range: reached..<range.upperBound))
                // A server that knows no ranges sends all, of which the beginning is of no use here.
                var skipped = answer.status == 206 ? 0 : reached
                for try await bytes in answer.body {
                    let wanted = bytes.dropFirst(skipped).prefix(range.upperBound - reached)
                    skipped = max(0, skipped - bytes.count)
                    try partial.write(Array(wanted), at: reached)
                    reached += wanted.count
                    here += wanted.count
                    progress(here)
                    if reached == range.upperBound { return true }
                }
            } catch is HTTPFailure where reached > before {
                // It got on, and so it is worth another try at once.
            }
            if reached == before {
                throw HTTPFailure(.brokenAnswer, "\(file.url) sends less than it announced")
            }
            return nil
        }
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
