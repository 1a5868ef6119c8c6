package import AsyncHTTPClient
import NIOCore
import NIOFoundationCompat

/// What is sent to a server.
package struct HTTPRequest: Sendable {
    package var method: String
    package var url: ServerURL
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]?

    package init(
        _ method: String, _ url: ServerURL, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// The head of an answer, with the body to be read.
package struct HTTPAnswer: Sendable {
    package let status: Int
    /// By their names in lower case, in the order in which they came.
    package let headers: [(name: String, value: String)]
    package let body: HTTPBody

    /// The first header of a name in lower case.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// The body of an answer in the pieces in which it comes; to be read once.
package struct HTTPBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = any Error

    private let body: HTTPClientResponse.Body
    private let server: String

    package init(_ body: HTTPClientResponse.Body, server: String) {
        self.body = body
        self.server = server
    }

    package func makeAsyncIterator() -> Iterator { Iterator(base: body.makeAsyncIterator(), server: server) }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var base: HTTPClientResponse.Body.AsyncIterator
        fileprivate let server: String

        /// - Throws: ``HTTPFailure``, or `CancellationError`.
        package mutating func next() async throws -> [UInt8]? {
            do {
                return try await base.next().map { Array($0.readableBytesView) }
            } catch {
                throw HTTPFailure.explaining(error, of: server, hasAnswered: true)
            }
        }
    }

    /// The whole body.
    ///
    /// - Throws: ``HTTPFailure`` with code `tooLarge` where it is larger.
    package func collect(upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in self {
            guard bytes.count + piece.count <= limit else {
                throw HTTPFailure(.tooLarge, "\(server) answers more than \(limit) bytes")
            }
            bytes += piece
        }
        return bytes
    }
}
