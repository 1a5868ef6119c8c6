package import Jinja

/// `set:` gives names to values.
package struct SetStep: StepKind {
    package var values = TemplatedValue.mapping([])

    package init() {}

    package static let key = "set"
    package static let summary = """
        Gives names to values; each is found as `steps.ID.NAME`. Values are computed together: one cannot use another.
        """
    /// The user chooses the keys.
    package static let fields: [Field<Self>] = []
    package static let outputs: [Shape.Member] = []

    package static var recordSchema: Value { FieldType<TemplatedValue>.mapping.schema }

    package static func decode(_ node: YAMLNode, key: String, _ decoding: Decoding) -> SetStep? {
        FieldType<TemplatedValue>.mapping.decode(node, key, decoding).map { values in
            var step = SetStep()
            step.values = values
            return step
        }
    }

    package var outputShape: Shape {
        .mapping((values.literalKeys ?? []).map { Shape.Member($0, .any) })
    }
}
