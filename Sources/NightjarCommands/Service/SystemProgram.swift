import Foundation

/// A program of the system that is asked to do something, as `systemctl`.
struct SystemProgram {
    let words: [String]

    init(_ words: String...) { self.words = words }

    init(_ words: [String]) { self.words = words }

    /// What a program gave.
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs it to its end.
    ///
    /// - Returns: `nil` where there is no such program.
    func run() -> Outcome? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        guard (try? process.run()) != nil else { return nil }
        // Neither writes so much that the other's pipe would be full meanwhile.
        let written = output.fileHandleForReading.readDataToEndOfFile()
        let told = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus != 127 else { return nil }
        return Outcome(
            status: process.terminationStatus, output: String(decoding: written, as: UTF8.self),
            errors: String(decoding: told, as: UTF8.self))
    }

    /// Runs it in the place of this process, with this terminal.
    ///
    /// - Throws: ``CommandFailure`` where there is no such program.
    func become() throws -> Never {
        // Ignored signals stay so in the program, which would then complain of a reader that goes away.
        signal(SIGPIPE, SIG_DFL)
        var arguments = (["/usr/bin/env"] + words).map { strdup($0) } + [nil]
        execv("/usr/bin/env", &arguments)
        throw CommandFailure(.failed, "\(words.first ?? "the program") cannot be run")
    }
}
