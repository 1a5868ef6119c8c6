package import Jinja
import OrderedCollections

extension Declared {
    /// The JSON Schema of the mapping, with the bare value where one may stand for it.
    package static var recordSchema: Value {
        var properties: Mapping = [:]
        for field in fields { properties[field.key] = field.propertySchema }
        var schema: Mapping = [
            "type": "object", "properties": .mapping(properties), "additionalProperties": false,
        ]
        let required = fields.filter(\.isRequired).map { Value.string($0.key) }
        if !required.isEmpty { schema["required"] = .list(required) }
        guard let shorthand, let field = fields.first(where: { $0.key == shorthand }) else {
            return .mapping(schema)
        }
        // A mapping is always read as the keys, even where the short form could hold one.
        return ["anyOf": [["allOf": [field.propertySchema, ["not": ["type": "object"]]]], .mapping(schema)]]
    }
}

extension Field {
    /// The key's schema with what editors show of it.
    package var propertySchema: Value {
        guard case .mapping(var schema) = schema else { return ["description": .string(documentation)] }
        schema["description"] = .string(documentation)
        if let defaultValue { schema["default"] = defaultValue }
        return .mapping(schema)
    }
}
