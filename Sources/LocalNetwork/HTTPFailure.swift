/// Why a request got no whole answer: a code to act on and a sentence for the user.
package struct HTTPFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// The network rule forbids it; nothing was sent.
        case refused
        /// The name has no address.
        case unknownHost
        /// No connection could be made; nothing was sent.
        case notConnected
        /// The server's certificate is not to be trusted; nothing was sent.
        case notTrusted
        /// The connection ended before the head of the answer.
        case endedBeforeAnswer
        /// The connection ended in the middle of the answer, or what came is no HTTP.
        case brokenAnswer
        /// Nothing came for too long.
        case silent
        /// The answer is larger than allowed.
        case tooLarge
        /// Answers lead from one place to the next without an end.
        case endless
    }

    package var code: Code
    /// One sentence without a full stop.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
