import CLlama

/// What the cache keeps its keys and values in. The smaller ones make room for longer contexts and more sequences, and cost
/// some time and accuracy.
package enum CacheType: String, Sendable, CaseIterable {
    case f16
    case q8 = "q8_0"
    case q4 = "q4_0"

    var ggml: ggml_type {
        switch self {
        case .f16: GGML_TYPE_F16
        case .q8: GGML_TYPE_Q8_0
        case .q4: GGML_TYPE_Q4_0
        }
    }

    /// Of each number, with its share of what the numbers of a block have in common: 2 bytes for 32 of them.
    var bytesPerValue: Double {
        switch self {
        case .f16: 2
        case .q8: 34 / 32
        case .q4: 18 / 32
        }
    }
}
