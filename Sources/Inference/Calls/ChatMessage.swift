/// One turn of a conversation, as every chat model takes it.
package struct ChatMessage: Sendable, Hashable, Codable {
    /// Who speaks in a turn; the names are those that chat templates and servers use.
    package enum Role: String, Sendable, Hashable, Codable, CaseIterable {
        case system, user, assistant
    }

    package var role: Role
    package var content: String

    package init(role: Role, content: String) {
        self.role = role
        self.content = content
    }

    package static func system(_ content: String) -> Self { Self(role: .system, content: content) }
    package static func user(_ content: String) -> Self { Self(role: .user, content: content) }
    package static func assistant(_ content: String) -> Self { Self(role: .assistant, content: content) }
}
