import Foundation
import Testing

@testable import Workflow

@Suite struct ProjectTests {
    @Test(arguments: ["triage", "workflows/triage.yaml", "./workflows/triage.yaml"])
    func aWorkflowIsFoundByNameOrPath(name: String) throws {
        try TemporaryFolder.with { folder in
            try folder.write("version: 1", to: "workflows/triage.yaml")
            let file = try WorkflowFile.find(name, from: folder.url)
            #expect(file.path.hasSuffix("/workflows/triage.yaml"))
        }
    }

    @Test func aWorkflowIsFoundByNameFromAFolderBelow() throws {
        try TemporaryFolder.with { folder in
            try folder.write("version: 1", to: "workflows/triage.yml")
            try folder.write("", to: "deep/down/here.txt")
            let file = try WorkflowFile.find("triage", from: folder.url.appending(path: "deep/down"))
            #expect(file.path.hasSuffix("/workflows/triage.yml"))
        }
    }

    @Test(arguments: [
        NotFoundCase("triag", "did you mean `triage`?"), NotFoundCase("zebra", "there are nightly, triage"),
        NotFoundCase("other.yaml", "there is no file other.yaml"),
        NotFoundCase("a/triage", "there is no file a/triage"),
    ])
    func whatIsNotFoundIsToldWithWhatThereIs(missing: NotFoundCase) throws {
        try TemporaryFolder.with { folder in
            try folder.write("version: 1", to: "workflows/triage.yaml")
            try folder.write("version: 1", to: "workflows/nightly.yaml")
            let failure = #expect(throws: WorkflowFile.Failure.self) {
                try WorkflowFile.find(missing.name, from: folder.url)
            }
            #expect(failure?.description.contains(missing.message) == true, "\(failure?.description ?? "")")
        }
    }

    @Test func aFolderWithAConfigurationIsTheProject() throws {
        try TemporaryFolder.with { folder in
            try folder.write("", to: "nightjar.yaml")
            try folder.write("version: 1", to: "deep/workflows/a.yaml")
            try folder.write("version: 1", to: "other/a.yaml")
            let deep = Project(ofWorkflow: folder.url.appending(path: "deep/workflows/a.yaml"))
            #expect(deep.folder.lastPathComponent == folder.url.lastPathComponent)
        }
    }

    @Test func withoutAConfigurationTheFolderAroundWorkflowsIsTheProject() throws {
        try TemporaryFolder.with { folder in
            try folder.write("version: 1", to: "notes/workflows/a.yaml")
            try folder.write("version: 1", to: "loose/a.yaml")
            let around = Project(ofWorkflow: folder.url.appending(path: "notes/workflows/a.yaml"))
            #expect(around.folder.lastPathComponent == "notes")
            #expect(Project(ofWorkflow: folder.url.appending(path: "loose/a.yaml")).folder.lastPathComponent == "loose")
        }
    }

    @Test func aFileThatIsNoTextIsRefused() throws {
        try TemporaryFolder.with { folder in
            try folder.write(Data([0x76, 0xFF, 0xFE]), to: "a.yaml")
            let failure = #expect(throws: WorkflowFile.Failure.self) {
                try WorkflowFile.read(folder.url.appending(path: "a.yaml"), shownAs: "a.yaml")
            }
            #expect(failure?.description == "a.yaml is not UTF-8 text: save it in that encoding")
        }
    }

    @Test func aByteOrderMarkIsNoPartOfTheText() throws {
        try TemporaryFolder.with { folder in
            try folder.write("\u{FEFF}version: 1", to: "a.yaml")
            let source = try WorkflowFile.read(folder.url.appending(path: "a.yaml"), shownAs: "a.yaml")
            #expect(source.text == "version: 1")
        }
    }
}

struct NotFoundCase: Sendable {
    let name: String
    let message: String

    init(_ name: String, _ message: String) {
        self.name = name
        self.message = message
    }
}
