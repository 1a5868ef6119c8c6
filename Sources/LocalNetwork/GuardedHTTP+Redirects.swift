import Foundation

extension GuardedHTTP {
    /// Sends a request and follows where its answers lead. For requests that change nothing, GET and HEAD; an answer to
    /// another one is returned as it is, and so is one that leads on without saying where to.
    ///
    /// What was meant for one server is not shown to another: `authorization` and `cookie` go to no other one.
    ///
    /// - Parameter redirects: how many times at most.
    /// - Throws: ``HTTPFailure``, ``ServerURL/Mistake`` where an answer leads to what is no URL, or `CancellationError`.
    package func send(
        _ request: HTTPRequest, following redirects: Int
    ) async throws -> (answer: HTTPAnswer, url: ServerURL) {
        var request = request
        for _ in 0...redirects {
            let answer = try await send(request)
            guard [301, 302, 303, 307, 308].contains(answer.status), ["GET", "HEAD"].contains(request.method),
                let location = answer.header("location"), let next = request.url.resolving(location)
            else { return (answer, request.url) }
            let url = try ServerURL(next)
            if url.server != request.url.server {
                request.headers.removeAll { ["authorization", "cookie"].contains($0.name.lowercased()) }
            }
            request.url = url
        }
        throw HTTPFailure(.endless, "\(request.url.server) leads on more than \(redirects) times")
    }
}

extension ServerURL {
    /// What a link means that stands in a document at this place; `nil` for what is no URL.
    package func resolving(_ link: String) -> String? {
        URL(string: link, relativeTo: URL(string: with(path: path)))?.absoluteString
    }
}
