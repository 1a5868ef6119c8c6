import Jinja

/// The reference page of the language, made from the declarations that decoding uses.
package enum ReferencePage {
    /// The page as Markdown, without a line end at its end.
    package static var markdown: String {
        let sections =
            [head, keys(of: WorkflowKeys.self, titled: "The file", level: 2)]
            + [
                keys(of: WorkflowDefinition.Defaults.self, titled: "`defaults`", level: 3),
                keys(of: InputDeclaration.self, titled: "An entry of `inputs`", level: 3),
                keys(of: ScheduleDeclaration.self, titled: "An entry of `schedule`", level: 3),
                keys(of: FolderDeclaration.self, titled: "`on_change` of a schedule", level: 3),
                "### What `run` holds\n\n" + table(of: RunNames.run),
                "In the steps of `on_failure` also:\n\n" + table(of: RunNames.failedRun),
                keys(of: StepKeys.self, titled: "Every step", level: 2),
                stateTable,
                keys(of: Foreach.self, titled: "`foreach`", level: 3),
                outputs(Foreach.outputs(ofEach: .any)),
                keys(of: Retry.self, titled: "`retry`", level: 3),
                "## Kinds of steps",
            ] + StepKinds.all.map { section(of: $0) }
            + [
                "### `steps`\n\nNested steps, which see each other and the steps before. Without `foreach` they are found as "
                    + "`steps.ID.INNER`, with it as `steps.ID.items[0].INNER`.",
                keys(of: EvaluationKeys.self, titled: "The file of an evaluation", level: 2),
                keys(of: EvaluationVariant.self, titled: "An entry of `variants`", level: 3),
                keys(of: EvaluationRequirements.self, titled: "`require`", level: 3),
            ]
        return sections.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private static let head = """
        # Reference of the workflow language

        Every key, made from the program's own declarations with `nightjar schema --reference`. [The workflow
        language](workflows.md) explains how they work together.

        An *expression* is a `${{ … }}`. Where the type is *text*, expressions may stand in it; where it is a number, true
        or false, or one of some words, none may. *Short form* marks the key whose value can stand alone in place of the
        mapping: `read: notes.txt` is `read: { path: notes.txt }`.
        """

    private static var stateTable: String {
        "Beside what a step gives, expressions find:\n\n" + table(of: Demands.stateMembers)
            + "\n\nThe two are there where the workflow speaks of them, so that they do not turn up in tables of results."
    }

    private static func section<Kind: StepKind>(of kind: Kind.Type) -> String {
        [
            "### `\(kind.key)`", kind.summary, keys(of: kind), nested(in: kind),
            kind.outputs.isEmpty ? ownResults(of: kind) : outputs(kind.outputs),
        ].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private static func nested(in kind: any StepKind.Type) -> String {
        kind == PromptStep.self ? "Each of `examples`:\n\n" + keys(of: PromptStep.Example.self) : ""
    }

    private static func ownResults(of kind: any StepKind.Type) -> String {
        switch kind {
        case is SetStep.Type: "The keys are yours, and so are the results."
        case is WorkflowStep.Type: "The results are the outputs of the other workflow."
        default: "It has no results."
        }
    }

    private static func keys<Owner: Declared>(of owner: Owner.Type, titled title: String, level: Int) -> String {
        "\(String(repeating: "#", count: level)) \(title)\n\n" + keys(of: owner)
    }

    private static func keys<Owner: Declared>(of owner: Owner.Type) -> String {
        guard !owner.fields.isEmpty else { return "" }
        let rows = owner.fields.map { field in
            let marks = [field.isRequired ? "required" : nil, field.key == owner.shorthand ? "short form" : nil]
                .compactMap { $0 }
            let usual = field.defaultValue.map { "`\($0.string ?? $0.json(.compact))`" } ?? ""
            return
                "| `\(field.key)` | \(cell(field.expected)) | \((marks + [usual]).filter { !$0.isEmpty }.joined(separator: ", ")) | \(cell(field.documentation)) |"
        }
        return (["| Key | Takes | Default | What it means |", "| --- | --- | --- | --- |"] + rows).joined(
            separator: "\n")
    }

    private static func outputs(_ members: [Shape.Member]) -> String {
        "Results:\n\n" + table(of: members)
    }

    private static func table(of members: [Shape.Member]) -> String {
        let rows = members.map { "| `\($0.name)` | \($0.shape.typeName) | \(cell($0.documentation)) |" }
        return (["| Name | Type | What it is |", "| --- | --- | --- |"] + rows).joined(separator: "\n")
    }

    /// A pipe would end the cell.
    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
