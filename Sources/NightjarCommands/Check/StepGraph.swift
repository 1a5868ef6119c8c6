import Workflow

/// The steps of a workflow as a flow chart: which waits for which, and which are inside which.
struct StepGraph {
    private let definition: WorkflowDefinition

    init(_ definition: WorkflowDefinition) {
        self.definition = definition
    }

    /// The chart in the language of Mermaid.
    var mermaid: String {
        (["flowchart TD"] + lines(of: definition.steps, indent: "    ")).joined(separator: "\n")
    }

    /// - Parameter prefix: what tells steps of one id apart, where an evaluation has them in several loops.
    private func lines(of steps: [Step], indent: String, prefix: String = "") -> [String] {
        steps.flatMap { nodes(of: $0, indent: indent, prefix) }
            + steps.flatMap { step in
                step.needs.map { "\(indent)\(Self.node(prefix + $0)) --> \(Self.node(prefix + step.id))" }
            }
    }

    /// Words that Mermaid takes for its own.
    private static let reserved: Set<String> = [
        "end", "graph", "subgraph", "flowchart", "style", "class", "classDef", "click", "linkStyle", "default",
    ]

    private static func node(_ id: String) -> String { reserved.contains(id) ? id + "_" : id }

    /// Mermaid writes what has a meaning of its own as an entity.
    private static func escaped(_ text: String) -> String {
        text.replacing("#", with: "#35;").replacing("\"", with: "#quot;").replacing("<", with: "#lt;")
            .replacing(">", with: "#gt;").replacing("\n", with: " ")
    }

    private func nodes(of step: Step, indent: String, _ prefix: String) -> [String] {
        var label = "\(Self.escaped(step.name ?? step.id))<br>\(step.kindName)"
        if step.foreach != nil { label += ", for each item" }
        if let condition = step.condition { label += "<br>if \(Self.escaped(condition.source))" }
        let quoted = "\"\(label)\""
        let inner: [Step]
        switch step.body {
        case .nested(let steps): inner = steps
        case .kind: return ["\(indent)\(Self.node(prefix + step.id))[\(quoted)]"]
        }
        let inside = definition.evaluation == nil ? prefix : "\(prefix)\(step.id)."
        return ["\(indent)subgraph \(Self.node(prefix + step.id))[\(quoted)]"]
            + lines(of: inner, indent: indent + "    ", prefix: inside) + ["\(indent)end"]
    }
}
