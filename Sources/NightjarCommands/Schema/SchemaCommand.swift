import ArgumentParser
import Jinja
import Workflow

/// `nightjar schema`: the JSON Schema of workflow files.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Write the JSON Schema of workflow files, for editors.",
        discussion:
            "With the schema in a file, the first line of a workflow can name it: # yaml-language-server: $schema=FILE")

    @Flag(help: "Write the reference page of the language instead, as Markdown.")
    var reference = false

    @Flag(help: "Write the JSON Schema of evaluation files instead.")
    var evaluation = false

    func validate() throws {
        if reference, evaluation { throw ValidationError("`--reference` and `--evaluation` are two things: take one") }
    }

    func run() {
        if reference {
            Console.print(ReferencePage.markdown)
        } else {
            Console.print((evaluation ? EditorSchema.evaluation : EditorSchema.value).json(.pretty(indent: 2)))
        }
    }
}
