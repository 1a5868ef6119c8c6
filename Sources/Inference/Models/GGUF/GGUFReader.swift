import Foundation

/// Takes a GGUF file apart into ``GGUFMetadata``, with a sentence for whatever is wrong with it.
enum GGUFReader {
    private static let maximumDimensions = 4
    private static let defaultAlignment = 32

    static func read(_ path: String, arrays: Set<String>) throws(EngineError) -> GGUFMetadata {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unopened(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unopened(path, errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR:
            throw EngineError(.modelNotFound, "\(path) is a folder, not a model: name a .gguf file in it.")
        default:
            throw EngineError(.modelNotFound, "\(path) is not a file: name a .gguf file.")
        }
        var cursor = GGUFCursor(path: path, descriptor: descriptor, size: Int(status.st_size))
        do {
            return try parse(&cursor, arrays: arrays)
        } catch let error as EngineError {
            throw error
        } catch GGUFCursor.Failure.unreadable(let reason) {
            throw EngineError(.modelDamaged, "\(path) cannot be read: \(reason).")
        } catch {
            throw damaged(
                path,
                "ends after \(cursor.size) bytes, in the middle of its metadata; it was probably not downloaded "
                    + "completely: fetch it again.")
        }
    }

    private static func unopened(_ path: String, _ code: Int32) -> EngineError {
        code == ENOENT || code == ENOTDIR
            ? EngineError(.modelNotFound, "There is no file \(path).")
            : EngineError(.modelNotFound, "\(path) cannot be opened: \(String(cString: strerror(code))).")
    }

    static func damaged(_ path: String, _ what: String) -> EngineError {
        EngineError(.modelDamaged, "\(path) \(what)")
    }

    private static func parse(_ cursor: inout GGUFCursor, arrays: Set<String>) throws -> GGUFMetadata {
        let path = cursor.path
        guard cursor.size > 0 else {
            throw damaged(path, "is empty: fetch the model again.")
        }
        guard cursor.size >= 4, try cursor.bytes(4) == Array("GGUF".utf8) else {
            throw damaged(path, "is not a model in GGUF format: it does not begin with \"GGUF\".")
        }
        let version = try cursor.integer(UInt32.self)
        if version & 0xFFFF == 0, version != 0 {
            throw EngineError(
                .modelUnsupported,
                "\(path) is in big-endian byte order, which cannot be used here: get the little-endian version.")
        }
        guard version == 2 || version == 3 else {
            throw EngineError(
                .modelUnsupported,
                "\(path) is GGUF version \(version); versions 2 and 3 can be read: get a newer file of this model.")
        }
        // The least that a tensor's entry and a key with its value take: 24 and 13 bytes.
        let tensorCount = try cursor.count(stride: 24)
        let keyCount = try cursor.count(stride: 13)
        var values: [String: GGUFValue] = [:]
        for _ in 0..<keyCount {
            let key = try cursor.string()
            guard !key.isEmpty else { throw damaged(path, "is damaged: a key of its metadata is empty.") }
            let value = try value(&cursor, key: key, isWanted: arrays.contains(key))
            guard values.updateValue(value, forKey: key) == nil else {
                throw damaged(path, "is damaged: its metadata has \(quoted(key)) twice.")
            }
        }
        let alignment = try alignment(values, path: path)
        var tensors: [GGUFTensor] = []
        tensors.reserveCapacity(tensorCount)
        for _ in 0..<tensorCount {
            tensors.append(try tensor(&cursor))
        }
        let dataStart = (cursor.offset + alignment - 1) / alignment * alignment
        let metadata = GGUFMetadata(
            version: Int(version), values: values, tensors: tensors, dataStart: dataStart, fileSize: cursor.size)
        try metadata.checkLayout(path: path, alignment: alignment)
        return metadata
    }

    private static func alignment(_ values: [String: GGUFValue], path: String) throws -> Int {
        guard let value = values["general.alignment"] else { return defaultAlignment }
        guard let alignment = value.integer, (1...1 << 20).contains(alignment), alignment.nonzeroBitCount == 1 else {
            throw damaged(path, "is damaged: its general.alignment is not a power of two.")
        }
        return alignment
    }

    private static func value(_ cursor: inout GGUFCursor, key: String, isWanted: Bool) throws -> GGUFValue {
        let type = try type(&cursor, key: key)
        guard type == .array else { return try scalar(type, &cursor) }
        let element = try self.type(&cursor, key: key)
        guard element != .array else {
            throw damaged(cursor.path, "is damaged: \(quoted(key)) is an array of arrays, which no model has.")
        }
        let count = try cursor.count(stride: element.stride)
        var array = GGUFArray(element: element, count: count)
        switch (element, isWanted) {
        case (.string, true):
            array.texts = []
            for _ in 0..<count { array.texts?.append(try cursor.bytes(try cursor.count(stride: 1))) }
        case (.string, false):
            for _ in 0..<count { try cursor.skipString() }
        case (_, true):
            array.values = []
            for _ in 0..<count { array.values?.append(try scalar(element, &cursor)) }
        case (_, false):
            try cursor.skip(count * element.stride)
        }
        return .array(array)
    }

    private static func type(_ cursor: inout GGUFCursor, key: String) throws -> GGUFType {
        let code = try cursor.integer(UInt32.self)
        guard let type = GGUFType(rawValue: code) else {
            throw damaged(cursor.path, "is damaged: \(quoted(key)) has the unknown type \(code).")
        }
        return type
    }

    private static func scalar(_ type: GGUFType, _ cursor: inout GGUFCursor) throws -> GGUFValue {
        switch type {
        case .uint8: .unsigned(UInt64(try cursor.integer(UInt8.self)))
        case .uint16: .unsigned(UInt64(try cursor.integer(UInt16.self)))
        case .uint32: .unsigned(UInt64(try cursor.integer(UInt32.self)))
        case .uint64: .unsigned(try cursor.integer(UInt64.self))
        case .int8: .signed(Int64(try cursor.integer(Int8.self)))
        case .int16: .signed(Int64(try cursor.integer(Int16.self)))
        case .int32: .signed(Int64(try cursor.integer(Int32.self)))
        case .int64: .signed(try cursor.integer(Int64.self))
        case .float32: .float(Double(Float(bitPattern: try cursor.integer(UInt32.self))))
        case .float64: .float(Double(bitPattern: try cursor.integer(UInt64.self)))
        case .bool: .bool(try cursor.integer(UInt8.self) != 0)
        case .string: .string(try cursor.string())
        case .array: throw damaged(cursor.path, "is damaged: it has an array where a single value belongs.")
        }
    }

    private static func tensor(_ cursor: inout GGUFCursor) throws -> GGUFTensor {
        let path = cursor.path
        let name = try cursor.string()
        let dimensions = try cursor.integer(UInt32.self)
        guard dimensions <= maximumDimensions else {
            throw damaged(path, "is damaged: the tensor \(quoted(name)) has \(dimensions) dimensions.")
        }
        var shape: [Int] = []
        var elements = 1
        for _ in 0..<dimensions {
            let length = try cursor.integer(Int64.self)
            let (product, overflows) = elements.multipliedReportingOverflow(by: Int(length))
            guard length > 0, !overflows else {
                throw damaged(path, "is damaged: the tensor \(quoted(name)) has the length \(length).")
            }
            shape.append(Int(length))
            elements = product
        }
        let code = try cursor.integer(UInt32.self)
        guard let type = GGUFTensorType(code: code) else {
            throw EngineError(
                .modelUnsupported,
                "\(path) stores the tensor \(quoted(name)) in the format \(code), which is not known here: it is "
                    + "newer than this version, or the file is damaged.")
        }
        let (blocks, rest) = elements.quotientAndRemainder(dividingBy: type.blockElements)
        let (bytes, overflows) = blocks.multipliedReportingOverflow(by: type.blockBytes)
        guard rest == 0, (shape.first ?? 1) % type.blockElements == 0, !overflows else {
            throw damaged(path, "is damaged: the shape of the tensor \(quoted(name)) does not fit \(type.name).")
        }
        let offset = try cursor.integer(UInt64.self)
        guard offset <= UInt64(Int.max / 2) else {
            throw damaged(path, "is damaged: the tensor \(quoted(name)) lies at the impossible place \(offset).")
        }
        return GGUFTensor(
            name: name, shape: shape, type: type, offset: Int(offset), elements: elements, bytes: bytes)
    }

    /// A name out of a file, made fit for a message: it may be damaged and long.
    static func quoted(_ name: String) -> String {
        let clean = name.unicodeScalars.prefix(60).map {
            $0.properties.isDefaultIgnorableCodePoint || $0.value < 32 ? "?" : String($0)
        }
        return "`\(clean.joined())\(name.unicodeScalars.count > 60 ? "…" : "")`"
    }
}
