import Foundation
import LocalNetwork

/// Requests to the servers that models are fetched from: redirects are followed, and a server that is busy or breaks off is
/// asked again.
package struct PullHTTP: Sendable {
    private let http: GuardedHTTP
    private let sleep: @Sendable (Duration) async throws -> Void

    private static let mostRedirects = 5
    static let mostAttempts = 6
    /// A server that wants to be left alone for longer is given up.
    private static let longestWait = 120

    /// - Parameter sleep: Waits between attempts.
    package init(sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }) {
        // A model is asked for by name, which is permission enough to leave the local network.
        http = GuardedHTTP(rule: .open, settings: .init(silenceLimit: .seconds(60)))
        self.sleep = sleep
    }

    package func close() async { await http.close() }

    /// What is sent, and for which server its token is.
    struct Question: Sendable {
        var url: String
        var accept: String?
        var token: String?
        /// The bytes that are wanted.
        var range: Range<Int>?
    }

    /// The head of a good answer, behind all redirects.
    ///
    /// - Throws: ``PullFailure`` where the server refuses, ``HTTPFailure`` where it cannot be reached now, and ``Busy``.
    func send(_ question: Question) async throws -> HTTPAnswer {
        var headers: [(name: String, value: String)] = [("user-agent", "nightjar")]
        if let accept = question.accept { headers.append(("accept", accept)) }
        if let token = question.token { headers.append(("authorization", "Bearer \(token)")) }
        if let range = question.range {
            headers.append(("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"))
        }
        do {
            let request = HTTPRequest("GET", try ServerURL(question.url), headers: headers)
            let (answer, place) = try await http.send(request, following: Self.mostRedirects)
            return try checked(answer, place)
        } catch let mistake as ServerURL.Mistake {
            throw PullFailure(.damaged, "\(mistake.message).")
        }
    }

    /// The server has too much to do, or is ill.
    struct Busy: Error {
        var status: Int
        var server: String
        /// How long it asks to be left alone.
        var wait: Duration?

        var failure: PullFailure {
            PullFailure(
                .busy, "\(server) has too much to do (status \(status)): try again later; what was fetched is kept.")
        }
    }

    private func checked(_ answer: HTTPAnswer, _ place: ServerURL) throws -> HTTPAnswer {
        switch answer.status {
        case 200, 206: return answer
        case 401, 403:
            throw PullFailure(
                .unauthorized,
                "\(place.server) wants a token (status \(answer.status)): name a secret as `token` under `downloads` in the "
                    + "configuration, and accept the model's terms on its page where it has some.")
        case 404: throw PullFailure(.notFound, "\(place) is not there.")
        case 408, 429, 500...599:
            let wait = answer.header("retry-after").flatMap { Int($0) }.map { min($0, Self.longestWait) }
            throw Busy(status: answer.status, server: place.server, wait: wait.map { .seconds($0) })
        default: throw PullFailure(.damaged, "\(place) answers with status \(answer.status).")
        }
    }

    /// Does something until it succeeds, fails for good, or has made no progress for several attempts.
    ///
    /// - Parameter attempt: Returns `nil` when it was cut off but got on.
    func persist<Result: Sendable>(
        isolation: isolated (any Actor)? = #isolation, _ attempt: () async throws -> Result?
    ) async throws -> Result {
        var failures = 0
        while true {
            do {
                if let result = try await attempt() { return result }
                failures = 0
            } catch let busy as Busy {
                failures += 1
                guard failures < Self.mostAttempts else { throw busy.failure }
                try await sleep(busy.wait ?? Self.pause(failures))
            } catch let failure as HTTPFailure {
                failures += 1
                guard failures < Self.mostAttempts, ![.notTrusted, .endless, .tooLarge].contains(failure.code) else {
                    throw PullFailure(
                        .unreachable,
                        "\(failure.message): check the connection and try again; what was fetched is kept.")
                }
                try await sleep(Self.pause(failures))
            }
        }
    }

    private static func pause(_ failures: Int) -> Duration { .seconds(min(30, 1 << (failures - 1))) }

    /// A part of a long list, and where the next one is.
    ///
    /// - Throws: also where the list goes on at another server, which is not to have the token.
    func page(_ question: Question) async throws -> (bytes: [UInt8], next: String?) {
        try await persist {
            let answer = try await send(question)
            let link = answer.header("link")?.split(separator: ",").first { $0.contains("rel=\"next\"") }
            let next = link?.split(separator: "<").last?.split(separator: ">").first
            let url = try next.map { try Self.next(String($0), after: question.url) }
            return (try await answer.body.collect(upTo: Self.largestDocument), url)
        }
    }

    private static func next(_ link: String, after page: String) throws -> String {
        guard let page = try? ServerURL(page), let url = page.resolving(link),
            (try? ServerURL(url))?.server == page.server
        else { throw PullFailure(.damaged, "\(page) has a list that goes on at another server.") }
        return url
    }

    private static let largestDocument = 16 << 20

    /// A small document.
    func document(_ question: Question) async throws -> [UInt8] {
        try await persist { try await send(question).body.collect(upTo: Self.largestDocument) }
    }
}
