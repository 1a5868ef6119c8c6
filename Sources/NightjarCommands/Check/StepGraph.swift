import Workflow

/// The steps of a workflow as a flow chart: which waits for which, and which are inside which.
struct StepGraph {
    private let definition: WorkflowDefinition

    init(_ definition: WorkflowDefinition) {
        self.definition = definition
    }

    /// The chart in the language of Mermaid.
    var mermaid: String {
        (["flowchart TD"] + Self.lines(of: definition.steps, indent: "    ")).joined(separator: "\n")
    }

    private static func lines(of steps: [Step], indent: String) -> [String] {
        steps.flatMap { nodes(of: $0, indent: indent) }
            + steps.flatMap { step in step.needs.map { "\(indent)\($0) --> \(step.id)" } }
    }

    private static func nodes(of step: Step, indent: String) -> [String] {
        var label = "\(step.name ?? step.id)<br>\(step.kindName)"
        if step.foreach != nil { label += ", for each item" }
        if let condition = step.condition { label += "<br>if \(condition.source)" }
        // Mermaid writes a quote inside quotes as an entity.
        let quoted = "\"\(label.replacing("\"", with: "#quot;"))\""
        let inner: [Step]
        switch step.body {
        case .nested(let steps): inner = steps
        case .kind: return ["\(indent)\(step.id)[\(quoted)]"]
        }
        return ["\(indent)subgraph \(step.id)[\(quoted)]"] + lines(of: inner, indent: indent + "    ") + [
            "\(indent)end"
        ]
    }
}
