import Jinja
import Testing

@testable import Workflow

@Suite struct EditorSchemaTests {
    private let step = EditorSchema.value["$defs"]?["step"]

    @Test(arguments: StepKinds.all.map { KindCase(kind: $0) })
    func everyKindIsThereWithItsFields(kind: KindCase) throws {
        let schema = try #require(step?["properties"]?[kind.key])
        #expect(schema["description"] == .string(kind.summary))
        // A bare value may stand for the mapping.
        let mapping = schema["anyOf"]?.list?.last ?? schema
        #expect(mapping["type"] == "object")
        for field in kind.fields {
            #expect(mapping["properties"]?[field.key]?["description"] == .string(field.documentation))
            #expect(mapping["required"]?.list?.contains(.string(field.key)) ?? false == field.isRequired)
        }
        if !kind.fields.isEmpty { #expect(mapping["additionalProperties"] == false) }
    }

    @Test func everyKeyOfTheTopAndOfStepsIsThere() throws {
        let top = try #require(EditorSchema.value["properties"])
        for field in WorkflowKeys.fields { #expect(top[field.key]?["description"] == .string(field.documentation)) }
        for field in StepKeys.fields {
            #expect(step?["properties"]?[field.key]?["description"] == .string(field.documentation))
        }
        #expect(EditorSchema.value["additionalProperties"] == false)
        #expect(EditorSchema.value["required"] == ["version", "steps"])
    }

    @Test func aStepHasExactlyOneKind() {
        let kinds = (step?["oneOf"]?.list ?? []).compactMap { $0["required"]?.list?.first?.string }
        #expect(kinds == StepKinds.all.map { $0.key } + ["steps"])
        #expect(step?["properties"]?["steps"]?["items"]?["$ref"] == "#/$defs/step")
    }

    @Test func defaultsShownAreThoseThatHold() {
        let usual = (
            read: ReadStep(), write: WriteStep(), foreach: Foreach(), prompt: PromptStep(), input: InputDeclaration()
        )
        #expect(shown("max_bytes", ReadStep.self) == .integer(usual.read.largest))
        #expect(shown("mode", WriteStep.self) == .string(usual.write.mode.rawValue))
        #expect(shown("max_parallel", Foreach.self) == .integer(usual.foreach.maxParallel))
        #expect(shown("on_error", Foreach.self) == .string(usual.foreach.onError.rawValue))
        #expect(shown("as", Foreach.self) == .string(usual.foreach.itemName))
        #expect(shown("allow_truncated", PromptStep.self) == .boolean(usual.prompt.allowTruncated))
        #expect(shown("type", InputDeclaration.self) == .string(usual.input.kind.rawValue))
    }

    @Test func theSchemaIsJSON() throws {
        #expect(try Value(json: EditorSchema.value.json(.pretty(indent: 2))).isEqual(to: EditorSchema.value))
    }

    private func shown<Owner: Declared>(_ key: String, _ owner: Owner.Type) -> Value? {
        owner.fields.first { $0.key == key }?.defaultValue
    }
}

/// A kind of step with what its fields declare.
struct KindCase: Sendable, CustomTestStringConvertible {
    let key: String
    let summary: String
    let fields: [(key: String, documentation: String, isRequired: Bool)]

    init(kind: any StepKind.Type) {
        self.init(of: kind)
    }

    private init<Kind: StepKind>(of kind: Kind.Type) {
        key = kind.key
        summary = kind.summary
        fields = kind.fields.map { ($0.key, $0.documentation, $0.isRequired) }
    }

    var testDescription: String { key }
}
