/// One value of a GGUF file's metadata.
package enum GGUFValue: Sendable, Hashable {
    case unsigned(UInt64)
    case signed(Int64)
    case float(Double)
    case bool(Bool)
    case string(String)
    /// Arrays can hold a whole vocabulary: their values are read only where they were asked for.
    case array(GGUFArray)

    /// A whole number, whatever its width in the file; `nil` for anything else.
    package var integer: Int? {
        switch self {
        case .unsigned(let value): Int(exactly: value)
        case .signed(let value): Int(exactly: value)
        default: nil
        }
    }

    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var array: GGUFArray? {
        if case .array(let value) = self { value } else { nil }
    }
}

/// An array of a GGUF file's metadata: what it holds, and its values where they were asked for.
package struct GGUFArray: Sendable, Hashable {
    package var element: GGUFType
    package var count: Int
    /// `nil` when the array was skipped, and for strings.
    package var values: [GGUFValue]?
    /// The strings as bytes, since a vocabulary's need not be UTF-8; `nil` when the array was skipped.
    package var texts: [[UInt8]]?
}

/// The types of metadata values, with the numbers that stand for them in a file.
package enum GGUFType: UInt32, Sendable, Hashable {
    case uint8 = 0
    case int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// The size of one value in bytes; for strings and arrays the least that one can take.
    var stride: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64, .string: 8
        case .array: 12
        }
    }
}
