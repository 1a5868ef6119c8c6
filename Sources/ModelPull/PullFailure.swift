/// Why a model could not be fetched: a code to act on and a sentence for the user.
package struct PullFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// There is no such model, file or quantization.
        case notFound
        /// The server wants a token, or another one.
        case unauthorized
        case unreachable
        /// The server has too much to do.
        case busy
        /// What came is not what was announced.
        case damaged
        /// The disk has no room.
        case noRoom
        /// The name names no model, or several.
        case badName
        /// A file could not be written.
        case unwritable
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
