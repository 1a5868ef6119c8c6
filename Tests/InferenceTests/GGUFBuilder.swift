import Foundation

/// Writes small GGUF files, right or wrong as a test needs them.
struct GGUFBuilder {
    enum Entry {
        case text(String)
        case number(UInt32)
        case texts([String])
    }

    var version: UInt32 = 3
    var entries: [(String, Entry)] = [
        ("general.architecture", .text("llama")), ("general.name", .text("tiny")),
        ("llama.context_length", .number(512)), ("llama.block_count", .number(2)),
        ("tokenizer.ggml.tokens", .texts(["a", "b", "c"])),
    ]
    /// Name, shape and type; all are given their bytes.
    var tensors: [(String, [UInt64], UInt32)] = [("a.weight", [32, 4], 0), ("b.weight", [64], 8)]
    var keyCount: UInt64?
    var tensorCount: UInt64?
    var dataBytes = 512 + 96

    func data() -> Data {
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
        data.append(Data(count: (32 - data.count % 32) % 32 + dataBytes))
        return data
    }
}

extension Data {
    mutating func append(_ number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func append(text: String) {
        append(UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }
}

/// A folder of its own for a test, removed afterwards.
func withFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "nightjar-inference-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
