import Foundation
import GRDB
import Jinja
import Testing

/// Disks that are full, folders that may not be written to, too many open files: one sentence, nothing half-written, and
/// a resume that goes on.
@Suite(.enabled(if: FaultShim.built != nil)) struct DiskFaultTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        var fault: String
        /// What the one sentence says.
        var says: String
        /// How the run stands in the record afterwards; `nil` where the record could not be written.
        var state: String? = "failed"

        init(_ fault: String, _ says: String, _ state: String? = "failed") {
            self.fault = fault
            self.says = says
            self.state = state
        }

        var testDescription: String { fault }
    }

    private static let workflow = """
        version: 1
        steps:
          - id: each
            foreach: [1, 2, 3]
            write: { path: log.txt, text: "item ${{ item }}", mode: append }
          - { id: over, write: { path: over.txt, text: "a new text that is longer than the old one" } }
          - { id: made, write: { path: made.txt, text: made, mode: create } }
        outputs: { done: "${{ steps.each.done }}" }
        """

    @Test(arguments: [
        Fault("open:.over.txt:1:ENOSPC", "over.txt cannot be written: No space left on device; make room"),
        Fault("write:.over.txt:1:ENOSPC", "over.txt cannot be written: No space left on device; make room"),
        Fault("write:.over.txt:1:SHORT", "over.txt cannot be written: No space left on device; make room"),
        Fault("write:.over.txt:1:EDQUOT", "over.txt cannot be written: Disk quota exceeded; make room"),
        Fault("sync:.over.txt:1:EIO", "over.txt cannot be written: Input/output error"),
        Fault("rename:over.txt:1:EACCES", "over.txt cannot be written: Permission denied; give yourself permission"),
        Fault("open:.over.txt:1:EROFS", "over.txt cannot be written: Read-only file system; write to another place"),
        Fault("open:.over.txt:1:EMFILE", "over.txt cannot be written: Too many open files; raise the limit"),
        Fault("link:made.txt:1:ENOSPC", "made.txt cannot be written: No space left on device; make room"),
        Fault("open:log.txt:1:EACCES", "log.txt cannot be written: Permission denied; give yourself permission"),
        Fault("write:log.txt:2:ENOSPC", "log.txt cannot be written: No space left on device; make room"),
        Fault("write:log.txt:2:SHORT", "log.txt cannot be written: No space left on device; make room"),
        Fault("sync:log.txt:2:EIO", "log.txt cannot be written: Input/output error"),
        // One commit that fails: the record can still tell that the run failed.
        Fault("write:-wal:80:ENOSPC", "The disk is full: the history"),
        Fault("write:-wal:80:EIO", "The disk of the history"),
        Fault("sync:-wal:5:ENOSPC", "cannot be synced to the disk: No space left on device; make room"),
        // From then on no commit: the run is known to be interrupted all the same.
        Fault("write:-wal:80+:ENOSPC", "The disk is full: the history", "interrupted"),
        Fault("sync:-wal:5+:EIO", "cannot be synced to the disk: Input/output error", "failed"),
    ])
    func `a fault of the disk is one sentence, leaves nothing half-written, and the run goes on when it is mended`(
        fault: Fault
    ) throws {
        let shim = try #require(FaultShim.built)
        let fixture = try CommandFixture()
        try fixture.write(Self.workflow, to: "w.yaml")
        try fixture.write("old", to: "over.txt")
        // The record is there already, so that the commits that are counted are those of the run.
        if fault.fault.hasPrefix("write:-wal") { _ = try fixture.run("cache", "clear") }
        let failed = try fixture.start(
            ["run", "w.yaml", "--quiet"], environment: shim.environment(fault.fault)
        ).finish()
        #expect(failed.status == 1)
        #expect(failed.output.isEmpty)
        #expect(failed.errors.contains(fault.says), "\(failed.errors)")
        #expect(failed.errors.split(separator: "\n").count == 1, "\(failed.errors)")

        let over = try fixture.text(of: "over.txt")
        #expect(["old", "a new text that is longer than the old one"].contains(over))
        let log = (try? fixture.text(of: "log.txt")) ?? ""
        #expect(["", "item 1\n", "item 1\nitem 2\n", "item 1\nitem 2\nitem 3\n"].contains(log))
        if fixture.exists("made.txt") { #expect(try fixture.text(of: "made.txt") == "made") }
        let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path)
        #expect(!left.contains { $0.hasSuffix(".tmp") })
        let runs = try fixture.run("runs", "--json").json
        #expect(runs[0]?["state"]?.string == fault.state)

        let resumed = try fixture.run("resume", "--quiet")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.output == "3\n")
        #expect(try fixture.text(of: "log.txt") == "item 1\nitem 2\nitem 3\n")
        #expect(try fixture.text(of: "over.txt") == "a new text that is longer than the old one")
        #expect(try fixture.text(of: "made.txt") == "made")
        #expect(try fixture.database { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
    }

    /// What SQLite moves from its log into the file is in the log until it is moved.
    @Test(arguments: [
        "write:history.sqlite$:1+:ENOSPC", "sync:history.sqlite$:1+:EIO", "write:history.sqlite$:1:SHORT",
    ])
    func `a checkpoint that fails loses nothing`(fault: String) throws {
        let shim = try #require(FaultShim.built)
        let fixture = try CommandFixture()
        // The record is made before the fault, which then meets the moving only.
        try fixture.write("version: 1\nsteps:\n  - { id: a, set: { x: 1 } }\n", to: "first.yaml")
        #expect(try fixture.run("run", "first.yaml").status == 0)
        // So many pages that SQLite moves them several times.
        try fixture.write(
            """
            version: 1
            steps:
              - id: each
                foreach: ${{ range(400) | list }}
                set: { x: "${{ 'word ' * 2000 }}" }
            outputs: { done: "${{ steps.each.done }}" }
            """, to: "w.yaml")
        let count = fixture.folder.appending(path: "count")
        let outcome = try fixture.start(
            ["run", "w.yaml", "--quiet"], environment: shim.environment(fault, count: count)
        ).finish()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == "400\n")
        #expect(try fixture.text(of: "count") != "0")
        #expect(try fixture.run("runs", "--json").json[0]?["items"]?["done"] == 400)
        #expect(try fixture.database { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
    }

    @Test(arguments: [
        Fault("open:history.sqlite$:1+:EACCES", "cannot be made: Permission denied; give yourself permission"),
        Fault("open:history.sqlite$:1+:EROFS", "cannot be made: Read-only file system; give yourself permission"),
        Fault("open:history.sqlite$:1+:ENOSPC", "cannot be made: No space left on device; make room"),
        Fault("open:history.sqlite$:2+:EACCES", "cannot be"),
        Fault("open:-wal:1+:ENOSPC", "cannot be opened"),
        Fault("write:-wal:1+:ENOSPC", "The disk is full: the history"),
        Fault("write:-shm:1+:ENOSPC", "The disk is full: the history"),
        Fault("open:running:1+:EACCES", "The lock of a run"),
    ])
    func `a record that cannot be made is one sentence, and nothing is run`(fault: Fault) throws {
        let shim = try #require(FaultShim.built)
        let fixture = try CommandFixture()
        try fixture.write(Self.workflow, to: "w.yaml")
        try fixture.write("old", to: "over.txt")
        let failed = try fixture.start(["run", "w.yaml"], environment: shim.environment(fault.fault)).finish()
        #expect(failed.status == 1)
        #expect(failed.errors.contains(fault.says), "\(failed.errors)")
        #expect(failed.errors.split(separator: "\n").count == 1, "\(failed.errors)")
        #expect(!fixture.exists("log.txt"))
        #expect(try fixture.run("run", "w.yaml").status == 0)
    }

    @Test(arguments: [12, 16, 20, 24, 28, 32, 40])
    func `with too few files that may be open, a run is done or says so`(limit: Int) throws {
        let fixture = try CommandFixture()
        try fixture.write(Self.workflow, to: "w.yaml")
        let outcome = try fixture.start(["run", "w.yaml", "--quiet"], limit: "-n \(limit)").finish()
        if outcome.status == 0 {
            #expect(outcome.output == "3\n")
        } else {
            #expect(outcome.status == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains("oo many"), "\(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        }
    }
}
