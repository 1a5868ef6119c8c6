import Foundation
import History
import Jinja
import OrderedCollections
import Testing

@testable import Runner

/// `run:` with real programs.
@Suite(.timeLimit(.minutes(1))) struct CommandStepTests {
    init() {
        // As the program does when it starts: who writes into a closed pipe is told, and not ended.
        signal(SIGPIPE, SIG_IGN)
    }

    @Test(arguments: [
        ("run: echo one; echo two", "one\ntwo"),
        ("run: [printf, '%s|%s', '${{ 1 + 1 }}', 'a b; $HOME `x`']", "2|a b; $HOME `x`"),
        ("run: { command: cat, stdin: 'Grüße ${{ 7 }}' }", "Grüße 7"),
        (
            "run: { command: 'echo \"$NAME $N $GREETING\"', env: { NAME: '${{ \"a\\\"; rm x\" }}', N: [1, 2] } }",
            "a\"; rm x [1,2] hello"
        ),
        ("run: { command: basename \"$(pwd)\", cwd: sub }", "sub"),
        ("run: { command: 'echo bad >&2; exit 3', exit_codes: [0, 3] }", ""),
    ])
    func whatAProgramWritesIsTheResult(step: String, output: String) async throws {
        try await ProjectFolder.with { project in
            try project.write("x", to: "sub/x")
            #expect(try await project.value(of: "steps.a.stdout", after: "  - id: a\n    \(step)") == .string(output))
        }
    }

    @Test func exitCodeAndStandardErrorAreThere() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "[steps.a.exit_code, steps.a.stderr]",
                after: "  - { id: a, run: { command: 'echo bad >&2; exit 3', exit_codes: [3] } }")
            #expect(value == [3, "bad"])
        }
    }

    @Test func aFailedCommandSaysWhatItSaidLast() async throws {
        try await ProjectFolder.with { project in
            let failed = try await project.failure(of: "  - { id: a, run: 'echo one >&2; echo two >&2; exit 7' }")
            #expect(failed?.code == "command_failed")
            #expect(failed?.message == "`echo one >&2; echo two >&2; exit 7` ended with exit code 7: two")
            let killed = try await project.failure(of: "  - { id: a, run: 'kill -9 $$' }")
            #expect(killed?.message.contains("exit code 137") == true)
        }
    }

    @Test func whatIsNotThereIsNamed() async throws {
        try await ProjectFolder.with { project in
            let program = try await project.failure(of: "  - { id: a, run: [no-such-owl] }")
            #expect(
                program?.message == "there is no program `no-such-owl` that can be run: install it, or give its path")
            let folder = try await project.failure(of: "  - { id: a, run: { command: [ls], cwd: gone } }")
            #expect(folder?.message.contains("`cwd` is no folder") == true)
        }
    }

    @Test func aProgramThatWritesTooMuchIsEnded() async throws {
        try await ProjectFolder.with { project in
            let error = try await project.failure(of: "  - { id: a, run: { command: yes, max_bytes: 100000 } }")
            #expect(error?.code == "output_too_large")
            #expect(error?.message.contains("more than 100000 bytes") == true)
        }
    }

    @Test func aProgramThatDoesNotReadItsInputIsNoFailure() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "steps.a.stdout",
                after: "  - { id: a, run: { command: 'echo done', stdin: \"${{ 'x' * 1000000 }}\" } }")
            #expect(value == "done")
        }
    }

    @Test func whatAProgramLeavesInTheBackgroundEndsWithTheStep() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "steps.a.stdout", after: "  - { id: a, run: 'sleep 3600 & echo $!' }")
            let pid = try #require(pid_t(value?.string ?? ""))
            #expect(isGone(pid))
        }
    }

    @Test func aTimeLimitEndsTheWholeGroup() async throws {
        try await ProjectFolder.with { project in
            let error = try await project.failure(
                of: "  - { id: a, timeout: 300ms, run: 'trap \"\" TERM; echo $$ > pid; sleep 3600 & wait; sleep 3600' }"
            )
            #expect(error?.code == "timed_out")
            let pid = try #require(pid_t(try project.text("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
            #expect(isGone(pid))
        }
    }

    @Test func anInterruptionEndsTheProgram() async throws {
        try await ProjectFolder.with { project in
            let run = try project.prepare("steps:\n  - { id: a, run: 'echo $$ > pid.new; mv pid.new pid; sleep 3600' }")
            let task = Task { try await run.execute(inputs: [:]) }
            while !project.contents.contains("pid") { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            #expect(try await task.value.state == .interrupted)
            let pid = try #require(pid_t(try project.text("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
            #expect(isGone(pid))
        }
    }

    /// Whether a process has ended; what ends it is on its way, so it may take a moment.
    private func isGone(_ pid: pid_t) -> Bool {
        for _ in 0..<200 {
            if kill(pid, 0) != 0 || isZombie(pid) { return true }
            usleep(10_000)
        }
        return false
    }

    /// An orphan that ended and that nobody has asked about yet.
    private func isZombie(_ pid: pid_t) -> Bool {
        (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8))?.contains(") Z ") ?? false
    }
}
