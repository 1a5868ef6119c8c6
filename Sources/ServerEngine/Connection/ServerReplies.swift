import Inference
import Jinja
import LocalNetwork
import OrderedCollections

extension Value {
    /// A member of an object; `nil` where the value is none, or the member is null.
    func member(_ key: String) -> Value? {
        guard let found = mapping?[key], !found.isNull else { return nil }
        return found
    }

    /// A number of bytes or parameters.
    var count64: Int? { integer.flatMap { $0 >= 0 ? $0 : nil } }
}

extension String {
    /// Whether it holds nothing that a terminal would obey.
    var isPrintable: Bool { !unicodeScalars.contains { $0.properties.generalCategory == .control } }

    /// A path of a server's API behind the path at which the server is reached, through a proxy for example.
    func behind(_ url: ServerURL) -> String {
        (url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path) + self
    }
}

extension Embeddings {
    /// Reads vectors, of which there must be one for each text, all of the same length.
    static func vectors(_ lists: [Value]?, count: Int, _ connection: ServerConnection) throws -> [[Double]] {
        let vectors = (lists ?? []).map { ($0.list ?? []).compactMap(\.number) }
        guard vectors.count == count, let length = vectors.first?.count, length > 0,
            vectors.allSatisfy({ $0.count == length && $0.allSatisfy(\.isFinite) })
        else { throw connection.broken("there is not one vector for each text") }
        return vectors
    }
}

extension PromptPreview {
    /// A conversation for people, where the server does not show the text that its template makes.
    init(conversation: [ChatMessage], tokens: Int) {
        let turns = conversation.map { message in
            let pictures = message.images.map { "\n[picture: \($0.name)]" }.joined()
            return "\(message.role.rawValue):\n\(message.content)\(pictures)"
        }
        self.init(text: turns.joined(separator: "\n\n"), tokens: tokens, isExact: false)
    }
}
