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

    func run() {
        Console.print(reference ? ReferencePage.markdown : EditorSchema.value.json(.pretty(indent: 2)))
    }
}
