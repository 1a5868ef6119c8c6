import Foundation
import GRDB
import History
import Testing

@Suite struct RecordTests {
    @Test func aRunIsReadAsItWasWritten() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            let run = try newRun()
            try await store.beginRun(run)
            #expect(try await store.run("latest").summary.state == .running)
            #expect(try await store.run("latest").summary.seconds == nil)

            try await store.endRun(run.id, state: .done, outputs: #"{"count":3}"#, at: moment(1.25))
            let record = try await store.run(run.id.text)
            #expect(record.id == run.id)
            #expect(record.summary.workflow == "inbox-triage")
            #expect(record.summary.state == .done)
            #expect(record.summary.trigger == "shell")
            #expect(record.summary.started == moment())
            #expect(record.summary.ended == moment(1.25))
            #expect(record.summary.seconds == 1.25)
            #expect(record.path == run.path)
            #expect(record.workflowText == run.texts.workflow.text)
            #expect(record.workflowSHA256 == run.texts.workflow.sha256)
            #expect(record.inputs == run.inputs)
            #expect(record.outputs == #"{"count":3}"#)
            #expect(record.process == run.process)
        }
    }

    @Test func stepsItemsCallsAndFilesAreReadAsTheyWereWritten() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            let run = try newRun()
            try await store.beginRun(run)
            let loop = try await store.beginStep(
                run: run.id, stepID: "triage", kind: "foreach", path: "triage", at: moment(1))
            let item = try await store.beginItem(
                step: loop, index: 3, key: "k3", label: "ticket-3.txt", at: moment(1))
            let step = try await store.beginStep(
                run: run.id, item: item, stepID: "label", kind: "prompt", name: "Label it", path: "triage[3].label",
                attempt: 2, at: moment(2))
            let call = try await store.beginCall(greeting, step: step, at: moment(2))
            try await store.endCall(call, state: .done, result: answer, at: moment(3))
            try await store.recordFile(
                step: step, path: "out/a.txt", bytes: 5, sha256: "feed", mode: .append, at: moment(3))
            try await store.endStep(step, state: .done, output: #"{"text":"Good evening."}"#, at: moment(3.5))
            let problem = RecordedError(code: "invalid", message: "It is no ticket.")
            try await store.endItem(item, state: .failed, error: problem, at: moment(4))

            let steps = try await store.steps(of: run.id)
            #expect(steps.map(\.row) == [loop, step])
            #expect(steps.map(\.path) == ["triage", "triage[3].label"])
            #expect(steps.map(\.state) == [.running, .done])
            #expect(steps.last?.item == item)
            #expect(steps.last?.kind == "prompt")
            #expect(steps.last?.name == "Label it")
            #expect(steps.last?.attempt == 2)
            #expect(steps.last?.seconds == 1.5)
            #expect(steps.last?.output == #"{"text":"Good evening."}"#)
            #expect(try await store.steps(of: run.id, scope: .outsideItems).map(\.row) == [loop])
            #expect(try await store.steps(of: run.id, scope: .item(item)).map(\.row) == [step])

            let items = try await store.items(of: run.id, step: loop)
            #expect(items.map(\.row) == [item])
            #expect(items.first?.index == 3)
            #expect(items.first?.key == "k3")
            #expect(items.first?.label == "ticket-3.txt")
            #expect(items.first?.state == .failed)
            #expect(items.first?.seconds == 3)
            #expect(items.first?.error == problem)

            let calls = try await store.calls(of: run.id)
            #expect(calls.map(\.call) == [greeting])
            #expect(calls.first?.stepPath == "triage[3].label")
            #expect(calls.first?.state == .done)
            #expect(calls.first?.seconds == 1)
            var expected = answer
            expected.model = greeting.model
            #expect(calls.first?.result == expected)

            let files = try await store.files(of: run.id)
            #expect(files.map(\.path) == ["out/a.txt"])
            #expect(files.first?.bytes == 5)
            #expect(files.first?.mode == .append)
            #expect(files.first?.written == moment(3))
        }
    }

    @Test func totalsAreRightWhileARunRunsAndAfterIt() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            let run = try newRun()
            try await store.beginRun(run)
            let loop = try await store.beginStep(run: run.id, stepID: "l", kind: "foreach", path: "l", at: moment())
            for index in 0..<5 {
                let item = try await store.beginItem(step: loop, index: index, at: moment())
                let call = try await store.beginCall(greeting, step: loop, at: moment())
                if index < 4 {
                    try await store.endCall(call, state: .done, result: answer, at: moment())
                    try await store.endItem(item, state: index < 3 ? .done : .failed, at: moment())
                }
            }
            let totals = try await store.run("latest").summary.totals
            #expect(totals.items == 5)
            #expect(totals.itemsDone == 3)
            #expect(totals.itemsFailed == 1)
            #expect(totals.calls == 5)
            #expect(totals.promptTokens == 48)
            #expect(totals.generatedTokens == 16)

            // A failed item that is done by a later attempt counts once.
            let failed = try #require(try await store.items(of: run.id, states: [.failed]).first)
            try await store.endItem(failed.row, state: .running, at: moment())
            try await store.endItem(failed.row, state: .done, at: moment())
            let items = try await store.items(of: run.id, step: loop)
            #expect(items.count == 5)
            #expect(items.count { $0.state == .done } == 4)
            #expect(items.count { $0.state == .running } == 1)
            #expect(try await store.runs().first?.totals.itemsDone == 4)
            #expect(try await store.runs().first?.totals.itemsFailed == 0)
        }
    }

    @Test func whatStillRunsEndsWithAnInterruptedRun() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            let run = try newRun()
            let other = try newRun("zzzz")
            for run in [run, other] {
                try await store.beginRun(run)
                let done = try await store.beginStep(
                    run: run.id, stepID: "a", kind: "list", path: "a", at: moment())
                try await store.endStep(done, state: .done, at: moment(1))
                let loop = try await store.beginStep(
                    run: run.id, stepID: "b", kind: "foreach", path: "b", at: moment(1))
                _ = try await store.beginItem(step: loop, index: 0, at: moment(1))
                _ = try await store.beginCall(greeting, step: loop, at: moment(1))
            }
            try await store.endRun(run.id, state: .interrupted, at: moment(2))

            #expect(try await store.steps(of: run.id).map(\.state) == [.done, .interrupted])
            #expect(try await store.steps(of: run.id).map(\.ended) == [moment(1), moment(2)])
            #expect(try await store.items(of: run.id).map(\.state) == [.interrupted])
            #expect(try await store.calls(of: run.id).map(\.state) == [.interrupted])
            #expect(try await store.steps(of: other.id).map(\.state) == [.done, .running])
            #expect(try await store.calls(of: other.id).map(\.state) == [.running])
        }
    }

    @Test func aCancelledTaskStillWritesItsEnd() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            let run = try newRun()
            try await store.beginRun(run)
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                try await store.endRun(run.id, state: .interrupted, at: moment(1))
                try await store.sync()
            }
            task.cancel()
            try await task.value
            #expect(try await store.run("latest").summary.state == .interrupted)
        }
    }

    @Test func millisecondsSurvive() async throws {
        try await HistoryFolder.with { folder in
            let store = try HistoryStore(path: folder.database)
            let run = try newRun()
            try await store.beginRun(run)
            for thousandth in 0..<1_000 {
                let date = moment(Double(thousandth) / 1_000)
                let step = try await store.beginStep(run: run.id, stepID: "s", kind: "set", path: "s", at: moment())
                try await store.endStep(step, state: .done, at: date)
            }
            let seconds = try await store.steps(of: run.id).map(\.seconds)
            #expect(seconds == (0..<1_000).map { Double($0) / 1_000 })
            let texts = try folder.sql { try String.fetchAll($0, sql: "SELECT ended_at FROM steps ORDER BY id") }
            #expect(texts.first == "2026-11-24T02:07:45.000Z")
            #expect(texts.last == "2026-11-24T02:07:45.999Z")
        }
    }
}
