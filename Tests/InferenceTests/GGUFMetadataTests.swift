import Foundation
import Inference
import SmallGGUF
import Testing

struct GGUFMetadataTests {
    private func read(_ data: Data) throws -> GGUFMetadata {
        try withFolder { folder in
            let path = folder.appending(path: "m.gguf").path
            try data.write(to: URL(filePath: path))
            return try GGUFMetadata.read(path)
        }
    }

    private func error(_ data: Data) -> EngineError? {
        do {
            _ = try read(data)
            return nil
        } catch {
            return error as? EngineError
        }
    }

    @Test func `a whole file tells what the model is`() throws {
        var builder = SmallGGUF()
        builder.entries.append(("tokenizer.chat_template", .text("{{ messages }}")))
        let metadata = try read(builder.data())
        #expect(metadata.architecture == "llama")
        #expect(metadata.name == "tiny")
        #expect(metadata.contextLength == 512)
        #expect(metadata.blockCount == 2)
        #expect(metadata.parameterCount == 192)
        #expect(metadata.tensorBytes == 512 + 68)
        #expect(metadata.vocabularySize == 3)
        #expect(metadata.chatTemplate == "{{ messages }}")
        #expect(metadata.quantization == "F32")
        builder.entries.append(("general.file_type", .number(15)))
        #expect(try read(builder.data()).quantization == "Q4_K_M")
        builder.version = 2
        #expect(try read(builder.data()).version == 2)
    }

    @Test func `arrays are skipped unless they are asked for`() throws {
        try withFolder { folder in
            let path = folder.appending(path: "m.gguf").path
            try SmallGGUF().data().write(to: URL(filePath: path))
            let key = "tokenizer.ggml.tokens"
            #expect(try GGUFMetadata.read(path).values[key]?.array?.texts == nil)
            #expect(try GGUFMetadata.read(path, arrays: [key]).values[key]?.array?.texts == [[97], [98], [99]])
        }
    }

    struct Damage: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var code: EngineError.Code
        var says: String
        var change: @Sendable (inout SmallGGUF) -> Void
    }

    @Test(arguments: [
        Damage(testDescription: "version 1", code: .modelUnsupported, says: "version 1") { $0.version = 1 },
        Damage(testDescription: "version 9", code: .modelUnsupported, says: "version 9") { $0.version = 9 },
        Damage(testDescription: "big-endian", code: .modelUnsupported, says: "big-endian") { $0.version = 0x0300_0000 },
        Damage(testDescription: "huge key count", code: .modelDamaged, says: "ends after") { $0.keyCount = .max },
        Damage(testDescription: "huge tensor count", code: .modelDamaged, says: "ends after") {
            $0.tensorCount = 1 << 60
        },
        Damage(testDescription: "a key twice", code: .modelDamaged, says: "twice") { $0.entries.append($0.entries[0]) },
        Damage(testDescription: "an empty key", code: .modelDamaged, says: "empty") {
            $0.entries.append(("", .number(1)))
        },
        Damage(testDescription: "alignment 0", code: .modelDamaged, says: "power of two") {
            $0.entries.append(("general.alignment", .number(0)))
        },
        Damage(testDescription: "five dimensions", code: .modelDamaged, says: "5 dimensions") {
            $0.tensors[0].1 = [1, 1, 1, 1, 1]
        },
        Damage(testDescription: "elements over 64 bits", code: .modelDamaged, says: "length") {
            $0.tensors[0].1 = [1 << 40, 1 << 40]
        },
        Damage(testDescription: "bytes over 64 bits", code: .modelDamaged, says: "shape") {
            $0.tensors[0].1 = [1 << 62]
        },
        Damage(testDescription: "unknown tensor type", code: .modelUnsupported, says: "format 4") {
            $0.tensors[0].2 = 4
        },
        Damage(testDescription: "half a block", code: .modelDamaged, says: "Q8_0") { $0.tensors[1].1 = [33] },
        Damage(testDescription: "a tensor twice", code: .modelDamaged, says: "twice") { $0.tensors[1].0 = "a.weight" },
        Damage(testDescription: "data cut", code: .modelDamaged, says: "fetch it again") { $0.dataBytes = 100 },
    ])
    func `a damaged file gives one sentence`(damage: Damage) throws {
        var builder = SmallGGUF()
        damage.change(&builder)
        let error = try #require(self.error(builder.data()))
        #expect(error.code == damage.code)
        #expect(error.message.contains(damage.says), "\(error.message)")
        #expect(error.message.contains("m.gguf"))
    }

    @Test(arguments: [
        ("llama.block_count", 0), ("llama.block_count", 100_000), ("llama.expert_count", 8),
        ("llama.expert_used_count", 2), ("llama.nextn_predict_layers", 3),
    ])
    func `numbers on which libllama would abort are refused`(key: String, number: UInt32) throws {
        var builder = SmallGGUF()
        builder.entries.removeAll { $0.0 == key }
        builder.entries.append((key, .number(number)))
        let metadata = try read(builder.data())
        #expect(throws: EngineError.self) { try metadata.checkForLlama(path: "m.gguf") }
    }

    @Test func `a vocabulary with a token twice is refused, as libllama compares them`() throws {
        try withFolder { folder in
            let path = folder.appending(path: "m.gguf").path
            for (tokens, isRight) in [
                (["a", "b"], true), (["e\u{301}", "é"], true), (["a", "a"], false), (["a\0b", "a\0c"], false),
                (["", ""], true), (["[EMPTY_1]", ""], false),
            ] {
                var builder = SmallGGUF()
                builder.entries[4].1 = .texts(tokens)
                try builder.data().write(to: URL(filePath: path))
                let metadata = try GGUFMetadata.read(path, arrays: GGUFMetadata.vocabularyArrays)
                let refused = (try? metadata.checkForLlama(path: path)) == nil
                #expect(refused != isRight, "\(tokens)")
            }
        }
    }

    @Test func `a file cut anywhere is recognised, with the numbers where they are known`() throws {
        let whole = SmallGGUF().data()
        for end in stride(from: 0, to: whole.count - 28, by: 7) {
            #expect(error(whole.prefix(end)) != nil, "cut at \(end)")
        }
        let message = try #require(self.error(whole.dropLast(100))).message
        #expect(message.contains("ends after \(whole.count - 100) of \(whole.count - 28) bytes"), "\(message)")
    }

    @Test func `what is no model is said in one sentence each`() throws {
        try withFolder { folder in
            func message(_ path: String) -> EngineError? {
                do {
                    _ = try GGUFMetadata.read(path)
                    return nil
                } catch { return error }
            }
            let file = folder.appending(path: "x.gguf")
            #expect(message(file.path)?.code == .modelNotFound)
            #expect(message(folder.path)?.message.contains("is a folder") == true)
            try Data().write(to: file)
            #expect(message(file.path)?.message.contains("is empty") == true)
            try Data("Once upon a time.".utf8).write(to: file)
            #expect(message(file.path)?.message.contains("is not a model") == true)
            if getuid() != 0 {
                try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: file.path)
                #expect(message(file.path)?.message.contains("cannot be opened") == true)
            }
        }
    }

    @Test func `random damage never crashes the reader`() {
        let whole = SmallGGUF().data()
        var random = SystemRandomNumberGenerator()
        for _ in 0..<400 {
            var data = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<whole.count - 608, using: &random)
                data[place] = [0, 1, 0x7F, 0x80, 0xFF, .random(in: 0...255)].randomElement(using: &random) ?? 0
            }
            _ = error(data)
        }
    }
}
