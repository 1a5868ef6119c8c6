import Jinja

/// `think:` whether, or how hard, a model thinks before it answers.
package enum ThinkingChoice: Sendable, Hashable {
    case off, on, low, medium, high
}

extension FieldType where Held == ThinkingChoice {
    package static var thinking: FieldType {
        FieldType(
            expected: "true, false, `low`, `medium` or `high`",
            schema: ["enum": [true, false, "low", "medium", "high"]]
        ) { (value: Value) in
            switch value {
            case .boolean(let thinks): thinks ? .on : .off
            case .string("low"): .low
            case .string("medium"): .medium
            case .string("high"): .high
            default: nil
            }
        }
    }
}
