import Foundation
import PythonSupport

/// A real HTTP server on loopback: `Tests/Fixtures/http_server.py` in Python. It ends with the test.
struct LoopbackServer {
    private let server: PythonServer

    static let isPossible = Python.executable != nil

    init() throws {
        server = try PythonServer([Python.repository.appending(path: "Tests/Fixtures/http_server.py").path])
    }

    var port: Int { server.port }
    var url: String { server.url }
}
