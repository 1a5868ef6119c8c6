package import Jinja
import OrderedCollections

/// The JSON Schema of workflow files, for completion, hover texts and errors in editors.
package enum EditorSchema {
    /// The schema by draft 2020-12, made from the declarations that decoding uses.
    package static var value: Value {
        document(of: WorkflowKeys.self, titled: "A Nightjar workflow")
    }

    /// The same for the files of evaluations.
    package static var evaluation: Value { document(of: EvaluationKeys.self, titled: "A Nightjar evaluation") }

    private static func document<Keys: Declared>(of keys: Keys.Type, titled title: String) -> Value {
        guard case .mapping(let top) = keys.recordSchema else { return true }
        var schema: Mapping = [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": .string(title),
        ]
        schema.merge(top) { _, new in new }
        schema["$defs"] = ["step": step]
        return .mapping(schema)
    }

    /// A step: the common keys, and one of the kinds.
    private static var step: Value {
        var properties: Mapping = [:]
        for field in StepKeys.fields { properties[field.key] = field.propertySchema }
        for kind in StepKinds.all { properties[kind.key] = described(kind.recordSchema, by: kind.summary) }
        properties[StepKinds.nestedSteps] = described(
            FieldType<[Step]>.steps.schema, by: "Nested steps, which see each other and the steps before.")
        let kinds = StepKinds.all.map { $0.key } + [StepKinds.nestedSteps]
        return [
            "type": "object",
            "properties": .mapping(properties),
            "additionalProperties": false,
            "required": ["id"],
            "oneOf": .list(kinds.map { ["required": [.string($0)]] }),
        ]
    }

    private static func described(_ schema: Value, by documentation: String) -> Value {
        guard case .mapping(var schema) = schema else { return schema }
        schema["description"] = .string(documentation)
        return .mapping(schema)
    }
}
