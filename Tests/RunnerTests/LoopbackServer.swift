import Foundation
import PythonSupport

/// A real HTTP server on loopback: `Tests/Fixtures/http_server.py` in Python. It ends with the test.
final class LoopbackServer {
    let port: Int
    private let process: Process
    private let input = Pipe()

    static let isPossible = Python.executable != nil

    init() throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/http_server.py")
        process = Process()
        process.executableURL = Python.executable
        process.arguments = [script.path]
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte.first != 10, !byte.isEmpty {
            line.append(byte)
        }
        port = Int(String(decoding: line, as: UTF8.self)) ?? 0
    }

    var url: String { "http://127.0.0.1:\(port)" }

    deinit {
        try? input.fileHandleForWriting.close()
        process.terminate()
        process.waitUntilExit()
    }
}
