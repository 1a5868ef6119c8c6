import Foundation
import Testing

/// The library of `Tests/Faults`, which makes file calls of the program fail, or kills it at one of them. Linux only.
struct FaultShim {
    let library: URL

    /// Built once for all tests; `nil` where that cannot be done.
    static let built: FaultShim? = {
        #if os(Linux)
            let source = CommandFixture.repository.appending(path: "Tests/Faults/faults.c")
            let library = FileManager.default.temporaryDirectory
                .appending(path: "nightjar-faults-\(ProcessInfo.processInfo.processIdentifier).so")
            for compiler in ["clang", "cc", "gcc"] {
                let process = Process()
                process.executableURL = URL(filePath: "/usr/bin/env")
                process.arguments = [compiler, "-shared", "-fPIC", "-O1", "-o", library.path, source.path]
                guard (try? process.run()) != nil else { continue }
                process.waitUntilExit()
                if process.terminationStatus == 0 { return FaultShim(library: library) }
            }
        #endif
        return nil
    }()

    /// The environment in which a fault happens, such as `write:-wal:3:ENOSPC`.
    func environment(_ fault: String, count: URL? = nil) -> [String: String] {
        var environment = ["LD_PRELOAD": library.path, "NIGHTJAR_FAULT": fault]
        if let count { environment["NIGHTJAR_FAULT_COUNT"] = count.path }
        return environment
    }
}
