import Jinja
import Testing

@testable import Workflow

@Suite struct InputTests {
    @Test(arguments: [
        InputCase("{ type: string }", "12", "12"), InputCase("{ type: string }", "", ""),
        InputCase("{ type: integer }", "12", 12), InputCase("{ type: integer }", "-3", -3),
        InputCase("{ type: integer }", "1.5", nil), InputCase("{ type: integer }", "many", nil),
        InputCase("{ type: number }", "1.5", 1.5), InputCase("{ type: number }", "2", 2),
        InputCase("{ type: number }", "nan", nil), InputCase("{ type: number }", "inf", nil),
        InputCase("{ type: boolean }", "true", true), InputCase("{ type: boolean }", "no", false),
        InputCase("{ type: boolean }", "perhaps", nil), InputCase("{ type: path }", "a/b", "a/b"),
        InputCase("{ type: choice, options: [red, green] }", "red", "red"),
        InputCase("{ type: choice, options: [red, green] }", "blue", nil),
        InputCase("{ type: json }", #"{"a": [1]}"#, ["a": [1]]), InputCase("{ type: json }", "{", nil),
        InputCase("{ }", "untyped is text", "untyped is text"),
        InputCase("{ type: integer, minimum: 2, maximum: 4 }", "4", 4),
        InputCase("{ type: integer, minimum: 2, maximum: 4 }", "5", nil),
        InputCase("{ type: number, minimum: 0.5 }", "0.4", nil),
        InputCase("{ pattern: '[a-z]+' }", "owl", "owl"), InputCase("{ pattern: '[a-z]+' }", "owl2", nil),
        InputCase("{ min_length: 2, max_length: 3 }", "👩‍👩‍👧🦉", "👩‍👩‍👧🦉"), InputCase("{ min_length: 2 }", "x", nil),
        InputCase("{ type: path, max_length: 3 }", "a/b/c", nil),
    ])
    func aValueFromTheShellIsReadByTheInputsType(input: InputCase) throws {
        let declaration = try declaration(input.declaration)
        #expect((try? declaration.read(input.given).get()) == input.value)
    }

    @Test(arguments: [
        InputCase("{ type: integer }", "7", 7), InputCase("{ type: integer }", "\"7\"", nil),
        InputCase("{ type: number }", "7", 7), InputCase("{ type: string }", "7", "7"),
        InputCase("{ type: string }", "[7]", nil), InputCase("{ type: boolean }", "\"true\"", nil),
        InputCase("{ type: choice, options: [red] }", "\"red\"", "red"),
        InputCase("{ type: choice, options: [red] }", "\"blue\"", nil),
    ])
    func aValueWithATypeIsJudged(input: InputCase) throws {
        let declaration = try declaration(input.declaration)
        let given = try Value(json: input.given)
        #expect((try? declaration.accept(given).get()) == input.value)
    }

    @Test func whatIsNotTakenIsToldWithWhatIs() throws {
        let declaration = try declaration("{ type: choice, options: [red, green] }")
        guard case .failure(let mismatch) = declaration.read("blue") else {
            Issue.record("blue is none of the options")
            return
        }
        #expect(mismatch.expected == "one of `red`, `green`")
        #expect(mismatch.found == "\"blue\"")
    }

    @Test(arguments: [
        InputCase("{ default: 5, type: integer }", "", 5),
        InputCase("{ default: [1, { a: b }], type: json }", "", [1, ["a": "b"]]),
        InputCase("{ default: examples/inbox, type: path }", "", "examples/inbox"),
        InputCase("{ type: integer }", "", .null),
    ])
    func withoutAValueTheDefaultHolds(input: InputCase) throws {
        #expect(try declaration(input.declaration).fallback == input.value)
    }

    @Test(arguments: [
        TypeCase("▸{ type: integer, default: many }", "the `default` is \"many\", and the input takes a whole number"),
        TypeCase("▸{ type: choice }", "a `choice` needs `options`"),
        TypeCase("▸{ type: choice, options: [a], default: b }", "takes one of `a`"),
        TypeCase("▸{ options: [a] }", "`options` belongs to the type `choice`"),
        TypeCase("▸{ required: true, default: a }", "is never missing"),
        TypeCase("▸{ default: \"${{ run.date }}\" }", "a `default` holds no expression"),
    ])
    func aDeclarationThatContradictsItselfIsRefused(type: TypeCase) {
        MistakeCase(
            type.yaml, "version: 1\ninputs:\n  a: \(type.yaml)\nsteps:\n  - id: a\n    set: { x: 1 }",
            (type.message, type.suggestion)
        ).checkWorkflow()
    }

    private func declaration(_ yaml: String) throws -> InputDeclaration {
        let definition = try workflow("version: 1\ninputs:\n  a: \(yaml)\nsteps:\n  - id: a\n    set: { x: 1 }")
        return try #require(definition.inputs.first?.value)
    }
}

struct InputCase: Sendable, CustomTestStringConvertible {
    let declaration: String
    let given: String
    /// `nil` where the input does not take it.
    let value: Value?

    init(_ declaration: String, _ given: String, _ value: Value?) {
        self.declaration = declaration
        self.given = given
        self.value = value
    }

    var testDescription: String { "\(given) for \(declaration)" }
}
