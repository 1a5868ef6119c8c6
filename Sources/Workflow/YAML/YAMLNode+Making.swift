/// Nodes that no file holds as they are, each with the place of what they are made for.
extension YAMLNode {
    static func text(_ text: String, at place: Place) -> YAMLNode {
        YAMLNode(content: .scalar(YAMLScalar(text: text, style: .singleQuoted)), place: place)
    }

    static func number(_ number: Int, at place: Place) -> YAMLNode {
        YAMLNode(content: .scalar(YAMLScalar(text: String(number), style: .plain)), place: place)
    }

    static func mapping(_ entries: [(String, YAMLNode)], at place: Place) -> YAMLNode {
        let entries = entries.map { Entry(key: .text($0.0, at: place), value: $0.1) }
        return YAMLNode(content: .mapping(entries), place: place)
    }
}
