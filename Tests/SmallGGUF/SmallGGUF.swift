package import Foundation

/// Writes small GGUF files, right or wrong as a test needs them.
package struct SmallGGUF {
    package enum Entry {
        case text(String)
        case number(UInt32)
        case texts([String])
        case decimal(Float)
    }

    package var version: UInt32 = 3
    package var entries: [(String, Entry)] = [
        ("general.architecture", .text("llama")), ("general.name", .text("tiny")),
        ("llama.context_length", .number(512)), ("llama.block_count", .number(2)),
        ("tokenizer.ggml.tokens", .texts(["a", "b", "c"])),
    ]
    /// Name, shape and type.
    package var tensors: [(String, [UInt64], UInt32)] = [("a.weight", [32, 4], 0), ("b.weight", [64], 8)]
    package var keyCount: UInt64?
    package var tensorCount: UInt64?
    /// The bytes of the tensors; zeros unless they are given.
    package var dataBytes = 512 + 96
    package var tensorData: Data?

    package init() {}

    package func data() -> Data {
        var data = Data("GGUF".utf8)
        data.append(version)
        data.append(tensorCount ?? UInt64(tensors.count))
        data.append(keyCount ?? UInt64(entries.count))
        for (key, entry) in entries {
            data.append(text: key)
            switch entry {
            case .text(let text):
                data.append(UInt32(8))
                data.append(text: text)
            case .number(let number):
                data.append(UInt32(4))
                data.append(number)
            case .decimal(let number):
                data.append(UInt32(6))
                data.append(number.bitPattern)
            case .texts(let texts):
                data.append(UInt32(9))
                data.append(UInt32(8))
                data.append(UInt64(texts.count))
                for text in texts { data.append(text: text) }
            }
        }
        var offset: UInt64 = 0
        for (name, shape, type) in tensors {
            data.append(text: name)
            data.append(UInt32(shape.count))
            for length in shape { data.append(length) }
            data.append(type)
            data.append(offset)
            let elements = shape.reduce(1, &*)
            let bytes = type == 8 ? elements / 32 * 34 : elements &* 4
            offset = (offset &+ bytes &+ 31) / 32 * 32
        }
        data.append(Data(count: (32 - data.count % 32) % 32))
        data.append(tensorData ?? Data(count: dataBytes))
        return data
    }
}

extension Data {
    package mutating func append(_ number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func append(text: String) {
        append(UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }
}
