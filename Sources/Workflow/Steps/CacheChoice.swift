import Jinja

/// `cache:` whether a prompt's answer may come from the cache of answers.
package enum CacheChoice: Sendable, Hashable {
    case off, on
    /// The model is asked, and its answer cached.
    case refresh
}

extension FieldType where Held == CacheChoice {
    package static var cacheChoice: FieldType {
        FieldType(
            expected: "true, false or `refresh`", schema: ["enum": [true, false, "refresh"]]
        ) { (value: Value) in
            switch value {
            case .boolean(let caches): caches ? .on : .off
            case .string("refresh"): .refresh
            default: nil
            }
        }
    }
}
