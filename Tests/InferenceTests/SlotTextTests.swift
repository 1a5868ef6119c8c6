import Foundation
import Testing

@testable import Inference

@Suite struct SlotTextTests {
    struct WaitCase: Sendable, CustomTestStringConvertible {
        var holders: [SlotHolder] = []
        var ahead = 0
        var own = false
        var sentence: String

        var testDescription: String { sentence }
    }

    private static let triage = SlotHolder(
        process: 4711, label: "inbox-triage (run 20261124-020745-k3f9)", since: Date(timeIntervalSince1970: 0))
    private static let digest = SlotHolder(
        process: 4712, label: "digest (run 20261124-020746-x0aa)", since: Date(timeIntervalSince1970: 0))

    private static let other = SlotHolder(process: 4713, label: "other", since: Date(timeIntervalSince1970: 0))

    @Test(arguments: [
        WaitCase(
            holders: [triage],
            sentence: "waits for a slot behind inbox-triage (run 20261124-020745-k3f9), process 4711"),
        WaitCase(
            holders: [triage, triage], ahead: 2,
            sentence: "waits for a slot behind inbox-triage (run 20261124-020745-k3f9), process 4711 "
                + "and 2 more in the queue"),
        WaitCase(
            holders: [triage, digest, triage],
            sentence: "waits for a slot behind inbox-triage (run 20261124-020745-k3f9), process 4711 "
                + "and another process"),
        WaitCase(
            holders: [triage, digest, other], ahead: 1,
            sentence: "waits for a slot behind inbox-triage (run 20261124-020745-k3f9), process 4711, "
                + "2 other processes and 1 more in the queue"),
        WaitCase(
            ahead: 1, own: true,
            sentence: "waits for a slot behind the calls of its own process and 1 more in the queue"),
        WaitCase(own: true, sentence: "waits for a slot behind the calls of its own process"),
        WaitCase(ahead: 3, sentence: "waits for a slot behind 3 in the queue"),
        WaitCase(sentence: "waits for a slot behind another process"),
    ])
    func aWaitSaysWhomItIsFor(_ wait: WaitCase) {
        let description = SlotWait(holders: wait.holders, ahead: wait.ahead, own: wait.own).description
        #expect(description == wait.sentence)
    }

    @Test func aHolderIsWrittenAsJSONWithATimeThatPeopleRead() throws {
        let text = String(decoding: Self.triage.json, as: UTF8.self)
        #expect(
            text == """
                {"label":"inbox-triage (run 20261124-020745-k3f9)","pid":4711,"since":"1970-01-01T00:00:00Z"}

                """)
        #expect(SlotHolder(json: Data(text.utf8)) == Self.triage)
        #expect(SlotHolder(json: Data(text.utf8.dropLast(5))) == nil)
    }

    @Test(arguments: [
        (EACCES, SlotFailure.Code.folderUnusable, "make it a folder that you may write to"),
        (EROFS, .folderUnusable, "choose another state folder"),
        (ENOLCK, .locksUnsupported, "choose a state folder on a local disk"),
        (EOPNOTSUPP, .locksUnsupported, "its file system has no locks"),
        (EMFILE, .systemFailed, "try again"),
    ])
    func aFailureNamesTheFolderAndSaysWhatToDo(code: Int32, kind: SlotFailure.Code, advice: String) {
        let failure = SlotFailure(code, file: "/state/slots/slot-0")
        #expect(failure.code == kind)
        #expect(failure.message.contains("'/state/slots'"))
        #expect(failure.message.contains(advice))
        #expect(failure.message.hasSuffix("."))
    }

    @Test func aFolderNameIsReadableAndSafe() {
        let name = SlotFolder.name(for: "http://192.168.1.20:11434")
        #expect(name.wholeMatch(of: /192\.168\.1\.20-11434-[0-9a-f]{8}/) != nil)
        #expect(SlotFolder.name(for: "http://[::1]:8080/v1/").wholeMatch(of: /1-8080-v1-[0-9a-f]{8}/) != nil)
        #expect(SlotFolder.name(for: "llama").wholeMatch(of: /llama-[0-9a-f]{8}/) != nil)
        #expect(SlotFolder.name(for: "").wholeMatch(of: /engine-[0-9a-f]{8}/) != nil)
        #expect(SlotFolder.name(for: "../..").wholeMatch(of: /engine-[0-9a-f]{8}/) != nil)
        #expect(SlotFolder.name(for: "https://" + String(repeating: "a", count: 1000)).utf8.count < 64)
    }

    @Test func differentKeysHaveDifferentFolders() {
        let keys = ["http://host:1", "https://host:1", "http://HOST:1", "http://host:1/", "http://host/1", "host-1"]
        #expect(Set(keys.map { SlotFolder.name(for: $0).lowercased() }).count == keys.count)
        #expect(SlotFolder.name(for: "http://host:1") == SlotFolder.name(for: "http://host:1"))
    }

    @Test(arguments: ["", "1-2-3", "1-2-3-4-5", "x-2-3-4", "-1-2-3-4", "1-2-3-0", "9223372036854775807-2-3-4", "notes"])
    func aFileThatIsNoTicketIsNotTakenForOne(name: String) {
        #expect(SlotTicket.Name(name[...]) == nil)
    }
}
