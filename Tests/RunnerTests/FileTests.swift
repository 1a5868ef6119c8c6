import Foundation
import History
import Testing

@testable import Runner

@Suite struct FilePatternTests {
    @Test(arguments: [
        PatternCase("*.txt", ["a.txt", "b.txt"]),
        PatternCase("a.txt", ["a.txt"]),
        PatternCase("?.txt", ["a.txt", "b.txt"]),
        PatternCase("[ac].*", ["a.txt", "c.md"]),
        PatternCase("**/*.txt", ["a.txt", "b.txt", "deep/d.txt", "deep/down/e.txt"]),
        PatternCase("deep/**", ["deep/d.txt", "deep/down/e.txt"]),
        PatternCase("*/*.txt", ["deep/d.txt"]),
        PatternCase("**/down/*", ["deep/down/e.txt"]),
        PatternCase("./deep/../a.txt", ["a.txt"]),
        PatternCase("deep", []), PatternCase("*.none", []), PatternCase("none/*", []), PatternCase("a.txt/*", []),
        PatternCase(".*", [".hidden.txt"]),
        PatternCase("*.txt", hidden: true, [".hidden.txt", "a.txt", "b.txt"]),
        PatternCase("**/f.txt", hidden: true, [".folder/f.txt"]),
    ])
    func filesAreFoundAndSortedByPath(pattern: PatternCase) async throws {
        try await ProjectFolder.with { project in
            for path in [
                "b.txt", "a.txt", "c.md", "deep/d.txt", "deep/down/e.txt", ".hidden.txt", ".folder/f.txt",
            ] { try project.write("", to: path) }
            let files = project.files()
            let found = try FilePattern(hidden: pattern.hidden).files(matching: files.url(pattern.pattern))
            #expect(found.map(files.shown) == pattern.found)
        }
    }

    @Test(arguments: ["a[b]c", "what?", "stars*"])
    func aFolderWhoseNameLooksLikeAPatternIsFound(name: String) async throws {
        try await ProjectFolder.with { project in
            try project.write("", to: "\(name)/x.txt")
            let files = project.files()
            #expect(try FilePattern(hidden: false).files(matching: files.url("\(name)/*.txt")).count == 1)
        }
    }

    @Test func aLinkBackUpDoesNotMakeTheWalkEndless() async throws {
        try await ProjectFolder.with { project in
            try project.write("", to: "deep/a.txt")
            try project.link("deep/up", to: "..")
            let files = project.files()
            let found = try FilePattern(hidden: false).files(matching: files.url("**/*.txt"))
            #expect(found.map(files.shown) == ["deep/a.txt"])
        }
    }
}

struct PatternCase: Sendable {
    let pattern: String
    let hidden: Bool
    let found: [String]

    init(_ pattern: String, hidden: Bool = false, _ found: [String]) {
        self.pattern = pattern
        self.hidden = hidden
        self.found = found
    }
}

@Suite struct WriteGuardTests {
    @Test(arguments: ["nightjar.yaml", "sub/../nightjar.yaml", "NIGHTJAR.YAML", "link.txt"])
    func theConfigurationIsWrittenByNoStep(path: String) async throws {
        try await ProjectFolder.with { project in
            try project.write("default_model: x\n", to: "nightjar.yaml")
            try project.link("link.txt", to: "nightjar.yaml")
            let error = try await project.failure(of: "  - { id: a, write: { path: \(path), text: x } }")
            #expect(error?.code == "write_refused")
            #expect(try project.text("nightjar.yaml") == "default_model: x\n")
        }
    }

    @Test(arguments: ["a.txt", "new/folder/a.txt", "./a.txt", "new/../a.txt", "inner/a.txt", "..a.txt", "..."])
    func aPlaceInTheProjectMayBeWritten(path: String) async throws {
        try await ProjectFolder.with { project in
            try project.write("", to: "real/x.txt")
            try project.link("inner", to: "real")
            let place = try project.files().writable(path)
            #expect(place.path.contains("/project/"))
        }
    }

    @Test(arguments: [
        "../outside/a.txt", "../a.txt", "new/../../outside/a.txt", "OUTSIDE/a.txt", "/", ".", "", "way/a.txt",
        "way/new/a.txt", "file", "nowhere", "nowhere/a.txt", "../project-two/a.txt", "two/a.txt", "~/a.txt",
    ])
    func aPlaceOutsideTheProjectIsRefused(path: String) async throws {
        try await ProjectFolder.with { project in
            try project.link("way", to: "../outside")
            try project.link("file", to: project.outside.appending(path: "secret.txt").path)
            try project.link("nowhere", to: "../outside/not-there-yet")
            try project.link("first", to: "way")
            try project.link("two", to: "first")
            let path = path.replacing("OUTSIDE", with: project.outside.path)
            let failure = #expect(throws: StepFailure.self) { try project.files().writable(path) }
            #expect(failure?.code == (path.isEmpty ? .badValue : .writeRefused))
        }
    }

    @Test func linksInACircleAreRefusedOrHarmless() async throws {
        try await ProjectFolder.with { project in
            try project.link("one", to: "two")
            try project.link("two", to: "one")
            if let place = try? project.files().writable("one/a.txt") { #expect(place.path.contains("/project/")) }
        }
    }

    @Test func aWriteRootMayBeWritten() async throws {
        try await ProjectFolder.with { project in
            let files = project.files(writeRoots: [project.outside])
            let place = try files.writable("../outside/a.txt")
            #expect(place.lastPathComponent == "a.txt")
            #expect(throws: StepFailure.self) { try files.writable("../elsewhere/a.txt") }
        }
    }
}

@Suite struct AtomicFileTests {
    @Test func aFileIsReplacedWholeAndNothingElseIsLeft() async throws {
        try await ProjectFolder.with { project in
            let file = project.url.appending(path: "new/folder/a.txt")
            try AtomicFile(file: file, writer: "w").write(Data("one".utf8), existing: .replace)
            try AtomicFile(file: file, writer: "w").write(Data("two".utf8), existing: .replace)
            #expect(try project.text("new/folder/a.txt") == "two")
            #expect(project.contents == ["new", "new/folder", "new/folder/a.txt"])
        }
    }

    @Test func aReaderOfTheOldFileKeepsIt() async throws {
        try await ProjectFolder.with { project in
            try project.write("old", to: "a.txt")
            let reader = try FileHandle(forReadingFrom: project.url.appending(path: "a.txt"))
            try AtomicFile(file: project.url.appending(path: "a.txt"), writer: "w").write(
                Data("new".utf8), existing: .replace)
            #expect(try reader.readToEnd() == Data("old".utf8))
            try reader.close()
        }
    }

    @Test func aFileThatIsThereIsRefusedAndStays() async throws {
        try await ProjectFolder.with { project in
            try project.write("old", to: "a.txt")
            let failure = #expect(throws: StepFailure.self) {
                try AtomicFile(file: project.url.appending(path: "a.txt"), writer: "w").write(
                    Data("new".utf8), existing: .refuse)
            }
            #expect(failure?.code == .writeRefused)
            #expect(try project.text("a.txt") == "old")
            #expect(project.contents == ["a.txt"])
        }
    }

    @Test func aFailedWriteLeavesNothing() async throws {
        try await ProjectFolder.with { project in
            try project.write("x", to: "folder/x.txt")
            let failure = #expect(throws: StepFailure.self) {
                try AtomicFile(file: project.url.appending(path: "folder"), writer: "w").write(
                    Data("new".utf8), existing: .replace)
            }
            #expect(failure?.code == .writeFailed)
            #expect(project.contents == ["folder", "folder/x.txt"])
        }
    }

    @Test func aFileWhereAFolderIsNeededIsOneError() async throws {
        try await ProjectFolder.with { project in
            try project.write("x", to: "x.txt")
            let failure = #expect(throws: StepFailure.self) {
                try AtomicFile(file: project.url.appending(path: "x.txt/a.txt"), writer: "w").write(
                    Data(), existing: .replace)
            }
            #expect(failure?.code == .writeFailed)
        }
    }

    @Test func ofManyWritersOneCreates() async throws {
        try await ProjectFolder.with { project in
            let file = project.url.appending(path: "a.txt")
            let made = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        (try? AtomicFile(file: file, writer: "w").write(Data("\(number)".utf8), existing: .refuse))
                            != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(made == 1)
            #expect(project.contents == ["a.txt"])
        }
    }
}
