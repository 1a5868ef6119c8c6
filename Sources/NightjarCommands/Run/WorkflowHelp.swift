import Jinja
import Workflow

/// What `nightjar run WORKFLOW --help` tells: what the workflow is for, and what it takes and gives.
struct WorkflowHelp {
    let text: String

    init(_ definition: WorkflowDefinition, calledAs name: String) {
        var lines = ["\(definition.name)" + (definition.explanation.map { ": \($0)" } ?? ""), ""]
        let required = definition.inputs.filter(\.value.isRequired).map { " -i \($0.key)=…" }.joined()
        lines.append("USAGE: nightjar run \(name)\(required)" + (definition.inputs.isEmpty ? "" : " [-i NAME=VALUE …]"))
        if !definition.inputs.isEmpty {
            lines += ["", "INPUTS:"]
            let width = definition.inputs.map(\.key.count).max() ?? 0
            for (key, input) in definition.inputs {
                let padding = String(repeating: " ", count: width - key.count)
                lines.append("  \(key)\(padding)  \(Self.description(of: input))")
            }
        }
        if !definition.outputNames.isEmpty {
            lines += ["", "OUTPUTS: " + definition.outputNames.joined(separator: ", ")]
        }
        lines += ["", "`nightjar run --help` tells the options."]
        text = lines.joined(separator: "\n")
    }

    private static func description(of input: InputDeclaration) -> String {
        var parts = [input.expected]
        if input.isRequired {
            parts.append("required")
        } else if !input.fallback.isNull {
            parts.append("default: \(input.fallback.string ?? input.fallback.json(.compact))")
        }
        return parts.joined(separator: "; ") + (input.explanation.map { ". \($0)" } ?? "")
    }
}
