package import Foundation

/// A server in Python that a test starts: its first line of output tells where it listens, and it ends with the test.
package final class PythonServer: Sendable {
    /// The words of the first line.
    package let words: [String]
    private let process: Process
    private let input: Pipe

    /// - Parameter arguments: of Python: a script with its arguments, or `-m` and a module.
    package init(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = Python.executable
        process.arguments = arguments
        let output = Pipe()
        input = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte.first != 10, !byte.isEmpty {
            line.append(byte)
        }
        words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
        self.process = process
    }

    /// One of the repository's servers in `Tests/Servers`.
    package convenience init(named name: String, _ arguments: [String] = []) throws {
        let script = Python.repository.appending(path: "Tests/Servers/\(name).py")
        try self.init([script.path] + arguments)
    }

    package var port: Int { words.first.flatMap { Int($0) } ?? 0 }
    package var url: String { "http://127.0.0.1:\(port)" }

    /// Ends it as a crash would.
    package func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Asks it something beside its work, such as `/_status`.
    package func ask(_ path: String, _ body: String? = nil) throws -> Data {
        let request = Process()
        request.executableURL = Python.executable
        let script = """
            import sys, urllib.request
            data = sys.argv[2].encode() if len(sys.argv) > 2 else None
            sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1], data, 60).read())
            """
        request.arguments = ["-c", script, url + path] + (body.map { [$0] } ?? [])
        let output = Pipe()
        request.standardOutput = output
        try request.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        request.waitUntilExit()
        return data
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.terminate()
        process.waitUntilExit()
    }
}
