/// The arguments of a call while they are read.
struct ArgumentList {
    enum Form {
        case plain
        case named(String)
        case list
        case mapping
    }

    private var positional: [any ExpressionNode] = []
    private var named: [CallArguments.Named] = []
    private var list: (any ExpressionNode)?
    private var mapping: (any ExpressionNode)?

    var names: [String] { named.map(\.name) }

    /// Whether an argument of this form may follow: plain ones, then named ones, `*list`, `**mapping`.
    func allows(_ form: Form) -> Bool {
        switch form {
        case .plain: named.isEmpty && list == nil && mapping == nil
        case .named: mapping == nil
        case .list: list == nil && mapping == nil
        case .mapping: mapping == nil
        }
    }

    mutating func append(_ node: any ExpressionNode, _ form: Form) {
        switch form {
        case .plain: positional.append(node)
        case .named(let name): named.append(CallArguments.Named(name: name, value: node))
        case .list: list = node
        case .mapping: mapping = node
        }
    }

    var arguments: CallArguments {
        positional.isEmpty && named.isEmpty && list == nil && mapping == nil
            ? .none : CallArguments(positional: positional, named: named, list: list, mapping: mapping)
    }
}
