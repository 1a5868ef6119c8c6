import ArgumentParser
import Foundation
import Inference
import Jinja
import Runner

/// What the answer to a prompt from the shell is held to.
struct AnswerForm: ParsableArguments {
    @Option(help: "A file with a JSON Schema that the answer is held to.")
    var schema: String?

    @Option(help: "A file with a grammar in GBNF that the answer is held to.")
    var grammar: String?

    @Option(help: "The answer is one of these texts; may be given several times.")
    var choice: [String] = []

    func validate() throws {
        if [schema != nil, grammar != nil, !choice.isEmpty].filter(\.self).count > 1 {
            throw ValidationError("an answer is held to one of `--schema`, `--grammar` and `--choice`, not to several")
        }
    }

    /// Reads the files and sets what the model is to be held to.
    func apply(to settings: inout CallSettings) throws {
        settings.choices = choice
        settings.grammar = try grammar.map(WholeFile.text)
        settings.schema = try schema.map { try AnswerSchema(file: $0).value }
    }

    /// Checks what came in the end, since servers do not hold a model to everything.
    func check(_ answer: String, _ request: GenerationRequest) throws {
        do throws(StepFailure) {
            _ = try AnswerCheck(schema: request.schema, choices: choice).data(in: answer).checked(answer)
        } catch {
            throw CommandFailure(.failed, error.message)
        }
    }
}
