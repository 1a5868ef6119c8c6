package import Jinja
import OrderedCollections

/// A node of a YAML document with its place, before it means anything.
package struct YAMLNode: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var key: YAMLNode
        package var value: YAMLNode
    }

    package enum Content: Sendable, Hashable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    package var content: Content
    package var place: Place

    /// What a user calls this kind of node.
    package var kindName: String {
        switch content {
        case .scalar(let scalar): scalar.kindName
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    package var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// What the node says, whatever it looks like in the file.
    package var data: Value {
        switch content {
        case .scalar(let scalar): scalar.resolved
        case .sequence(let nodes): .list(nodes.map(\.data))
        case .mapping(let entries):
            .mapping(
                Mapping(
                    entries.map { ($0.key.scalar?.text ?? $0.key.data.json(.compact), $0.value.data) },
                    uniquingKeysWith: { first, _ in first }))
        }
    }

    package var isNull: Bool { scalar?.resolved == .null }
}

/// A scalar's text after YAML's unquoting and unfolding.
package struct YAMLScalar: Sendable, Hashable {
    package enum Style: Sendable, Hashable {
        case plain, singleQuoted, doubleQuoted, literal, folded
    }

    package var text: String
    package var style: Style
}
