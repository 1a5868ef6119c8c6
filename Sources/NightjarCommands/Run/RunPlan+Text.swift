import Jinja
import OrderedCollections
import Runner

extension RunPlan {
    /// The plan for people.
    var text: String { steps.map { $0.text(indent: "") }.joined(separator: "\n") }

    /// The plan for programs.
    var value: Value { ["steps": .list(steps.map(\.value))] }
}

extension RunPlan.PlannedStep {
    fileprivate func text(indent: String) -> String {
        var head = "\(indent)\(event.id) (\(event.kind))"
        if !needs.isEmpty { head += " after \(needs.joined(separator: ", "))" }
        if let items { head += ", for each of \(Figures.count(items, "item"))" + (items > 0 ? "; the first:" : "") }
        // An empty line of a prompt stays empty.
        var all = [head] + lines.map { $0.contains { $0 != " " } ? "\(indent)  \($0)" : "" }
        if let error { all.append("\(indent)  fails: \(error)") }
        if dependsOnResults { all.append("\(indent)  depends on results of earlier steps") }
        all += nested.map { $0.text(indent: indent + "  ") }
        return all.joined(separator: "\n")
    }

    fileprivate var value: Value {
        var entry: Mapping = [
            "id": .string(event.id), "kind": .string(event.kind), "path": .string(event.path),
            "needs": .list(needs.map { .string($0) }), "lines": .list(lines.map { .string($0) }),
        ]
        if let items { entry["items"] = .integer(items) }
        if let error { entry["error"] = .string(error) }
        if dependsOnResults { entry["depends_on_results"] = true }
        if !nested.isEmpty { entry["steps"] = .list(nested.map(\.value)) }
        return .mapping(entry)
    }
}
