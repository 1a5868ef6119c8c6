import ArgumentParser
import Foundation
import Jinja
import OrderedCollections

/// `nightjar render`: renders a template as workflows do, to try prompts.
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Render a template as workflows do, to try prompts.",
        discussion: """
            Expressions stand between `${{` and `}}`; what is no text is written as JSON. The keys of the data are the \
            names that the template can use.
            """)

    @Argument(help: "The template's file; `-` takes standard input.", completion: .file())
    var template: String

    @Option(
        help: ArgumentHelp("A JSON file with the data, a mapping; `-` takes standard input.", valueName: "FILE"),
        completion: .file(extensions: ["json"]))
    var data: String?

    func validate() throws {
        if template == "-", data == "-" {
            throw ValidationError("only one of the template and the data can be taken from standard input")
        }
    }

    func run() throws {
        let names = try names()
        let source = try WholeFile.text(template)
        do throws(TemplateError) {
            Console.printRaw(try Template(source, syntax: .workflow).render(names))
        } catch {
            let shown = template == "-" ? "standard input" : template
            let hint = error.suggestion.map { "; did you mean `\($0)`?" } ?? ""
            throw CommandFailure(
                error.code == .syntax ? .invalid : .failed,
                "\(shown):\(error.line):\(error.column): error: \(error.message)\(hint)")
        }
    }

    private func names() throws -> Mapping {
        guard let data else { return [:] }
        let shown = data == "-" ? "standard input" : data
        let value: Value
        do {
            value = try Value(json: try WholeFile.text(data))
        } catch let error as JSONError {
            throw CommandFailure(.invalid, "\(shown):\(error.line):\(error.column): error: \(error.message)")
        }
        guard let names = value.mapping else {
            throw CommandFailure(
                .invalid, "the data in \(shown) is \(value.kindPhrase); a mapping from names to values is needed")
        }
        return names
    }
}
