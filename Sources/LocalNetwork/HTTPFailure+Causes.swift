import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension HTTPFailure {
    /// What the HTTP client below says, in our terms.
    ///
    /// - Parameters:
    ///   - server: whom the request went to, for the message.
    ///   - hasAnswered: whether the head of the answer had come.
    static func explaining(_ error: any Error, of server: String, hasAnswered: Bool) -> any Error {
        // Cancelling a task is reported by the client in several ways.
        if error is CancellationError || Task.isCancelled { return CancellationError() }
        switch error {
        case let error as HTTPFailure: return error
        case let error as HTTPClientError where error == .cancelled: return CancellationError()
        case let error as HTTPClientError where error == .connectTimeout:
            return HTTPFailure(.notConnected, "\(server) gives no answer: no connection could be made in time")
        case let error as HTTPClientError where error == .readTimeout:
            return HTTPFailure(.silent, "\(server) was silent for too long")
        case let error as NIOConnectionError:
            let causes = error.connectionErrors.compactMap { ($0.error as? IOError)?.errnoCode }
            return notConnected(server, causes.first)
        case let error as IOError where !hasAnswered && cannotConnect.contains(error.errnoCode):
            return notConnected(server, error.errnoCode)
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            guard !hasAnswered else { break }
            return HTTPFailure(
                .notTrusted,
                "\(server) has no certificate that can be trusted: name the authority's file if it is your own server's"
            )
        default: break
        }
        let detail = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? words(of: error)
        return hasAnswered
            ? HTTPFailure(.brokenAnswer, "\(server) broke off in the middle of its answer: \(detail)")
            : HTTPFailure(.endedBeforeAnswer, "\(server) ended the connection without an answer: \(detail)")
    }

    private static let cannotConnect = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, EHOSTDOWN, ETIMEDOUT]

    private static func notConnected(_ server: String, _ code: CInt?) -> HTTPFailure {
        let detail = code.map { String(cString: strerror($0)) } ?? "no connection could be made"
        return HTTPFailure(.notConnected, "\(server) gives no answer: \(detail)")
    }

    private static func words(of error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .remoteConnectionClosed: "the connection was closed"
        case let error as HTTPClientError where error == .bodyLengthMismatch: "less came than it had said"
        case is HTTPParserError: "what came is no HTTP"
        default: "\(error)"
        }
    }
}
