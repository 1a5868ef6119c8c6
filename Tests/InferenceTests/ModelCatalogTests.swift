import Foundation
import Inference
import SmallGGUF
import Testing

struct ModelCatalogTests {
    private func place(_ names: [String], in folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in names { try Data().write(to: folder.appending(path: name)) }
    }

    @Test func `names are found whatever their case, and earlier stores win`() throws {
        try withFolder { folder in
            let (project, own) = (folder.appending(path: "project"), folder.appending(path: "own"))
            try place(["Fledgling.gguf", "notes.txt", ".hidden.gguf", "mmproj-x.gguf"], in: project)
            try place(["fledgling.gguf", "owl.GGUF", "big-00001-of-00002.gguf", "big-00002-of-00002.gguf"], in: own)
            let catalog = ModelCatalog(stores: [
                ModelFolder(project.path, label: "project"), ModelFolder(own.path, label: "nightjar"),
                ModelFolder(folder.appending(path: "absent").path, label: "shipped"),
            ])
            #expect(catalog.models().map(\.name) == ["Fledgling", "big", "owl"])
            #expect(try catalog.find("fledgling").store == "project")
            #expect(try catalog.find("OWL").path.hasSuffix("own/owl.GGUF"))
            #expect(try catalog.find("big").path.hasSuffix("big-00001-of-00002.gguf"))
        }
    }

    @Test func `an unknown name is answered with a near one and the places`() throws {
        try withFolder { folder in
            try place(["fledgling.gguf"], in: folder)
            let catalog = ModelCatalog(stores: [ModelFolder(folder.path, label: "project")])
            do throws(EngineError) {
                _ = try catalog.find("fledgeling")
                Issue.record("found")
            } catch {
                #expect(error.code == .modelNotFound)
                #expect(error.message.contains("did you mean fledgling?"))
                #expect(error.message.contains(folder.path))
            }
        }
    }

    @Test func `paths are taken as they are, relative to the base folder`() throws {
        let catalog = ModelCatalog(stores: [], baseFolder: "/p", homeFolder: "/home/me")
        #expect(try catalog.find("./m/x.gguf").path == "/p/m/x.gguf")
        #expect(try catalog.find("/abs/x.gguf").path == "/abs/x.gguf")
        #expect(try catalog.find("~/x.gguf").path == "/home/me/x.gguf")
        #expect(try catalog.find("m/x.gguf").name == "x")
    }

    @Test func `references are ENGINE slash NAME or paths`() throws {
        #expect(try ModelReference("local/fledgling") == .named(engine: "local", model: "fledgling"))
        #expect(try ModelReference("hub/org/repo:Q4") == .named(engine: "hub", model: "org/repo:Q4"))
        #expect(try ModelReference("models/a.gguf") == .file("models/a.gguf"))
        #expect(throws: EngineError.self) { try ModelReference("fledgling") }
        #expect(throws: EngineError.self) { try ModelReference("local/") }
    }
}

struct SplitModelTests {
    @Test func `the files of a split model follow from the first one's name`() throws {
        try withFolder { folder in
            var builder = SmallGGUF()
            builder.entries.append(("split.count", .number(2)))
            let path = folder.appending(path: "big-00001-of-00002.gguf").path
            try builder.data().write(to: URL(filePath: path))
            let metadata = try GGUFMetadata.read(path)
            #expect(try SplitModel.parts(path, metadata) == [path, path.replacing("-00001-", with: "-00002-")])
            #expect(throws: EngineError.self) { try SplitModel.parts("big.gguf", metadata) }
            #expect(throws: EngineError.self) { try SplitModel.parts("big-00002-of-00002.gguf", metadata) }
        }
    }
}

struct ModelDigestTests {
    private static let ofABC = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test func `a digest is computed once and remembered until the file changes`() throws {
        try withFolder { folder in
            let file = folder.appending(path: "m.gguf")
            let cache = folder.appending(path: "state/digests.json").path
            try Data("abc".utf8).write(to: file)
            #expect(ModelDigests(cachePath: cache).known(file.path) == nil)
            #expect(try ModelDigests(cachePath: cache).digest(file.path) == Self.ofABC)
            #expect(ModelDigests(cachePath: cache).known(file.path) == Self.ofABC)
            try Data("abd".utf8).write(to: file)
            #expect(ModelDigests(cachePath: cache).known(file.path) == nil)
            #expect(try ModelDigests(cachePath: cache).digest(file.path) != Self.ofABC)
        }
    }

    @Test func `a model in several files has one digest, which changes with each of them`() throws {
        try withFolder { folder in
            let files = ["a", "b"].map { folder.appending(path: $0) }
            for file in files { try Data("abc".utf8).write(to: file) }
            let digests = ModelDigests(cachePath: nil)
            #expect(try digests.digest(ofParts: [files[0].path]) == Self.ofABC)
            let both = try digests.digest(ofParts: files.map(\.path))
            #expect(both != Self.ofABC)
            try Data("abcd".utf8).write(to: files[1])
            #expect(try digests.digest(ofParts: files.map(\.path)) != both)
        }
    }

    @Test func `a damaged memory counts as empty`() throws {
        try withFolder { folder in
            let file = folder.appending(path: "m.gguf")
            let cache = folder.appending(path: "digests.json")
            try Data("abc".utf8).write(to: file)
            try Data("{\"half".utf8).write(to: cache)
            #expect(try ModelDigests(cachePath: cache.path).digest(file.path) == Self.ofABC)
            #expect(ModelDigests(cachePath: cache.path).known(file.path) == Self.ofABC)
        }
    }

    @Test func `the work can be cancelled between pieces`() throws {
        try withFolder { folder in
            let file = folder.appending(path: "m.gguf")
            try Data("abc".utf8).write(to: file)
            #expect(throws: CancellationError.self) {
                try ModelDigests(cachePath: nil).digest(file.path, isCancelled: { true })
            }
        }
    }
}
