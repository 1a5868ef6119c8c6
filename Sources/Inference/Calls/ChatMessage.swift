/// One turn of a conversation, as every chat model takes it.
package struct ChatMessage: Sendable, Hashable {
    /// Who speaks in a turn; the names are those that chat templates and servers use.
    package enum Role: String, Sendable, Hashable, Codable, CaseIterable {
        case system, user, assistant
    }

    package var role: Role
    package var content: String
    /// What is shown to a model that can see, with the text.
    package var images: [ImageAttachment]

    package init(role: Role, content: String, images: [ImageAttachment] = []) {
        self.role = role
        self.content = content
        self.images = images
    }

    package static func system(_ content: String) -> Self { Self(role: .system, content: content) }
    package static func user(_ content: String, images: [ImageAttachment] = []) -> Self {
        Self(role: .user, content: content, images: images)
    }
    package static func assistant(_ content: String) -> Self { Self(role: .assistant, content: content) }
}
