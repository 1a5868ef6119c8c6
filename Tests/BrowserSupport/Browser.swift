package import Foundation

/// Chromium without a window, in which tests look at pages and pictures.
package enum Browser {
    /// `nil` where there is none.
    package static let executable: URL? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        return ["chromium", "chromium-browser", "google-chrome"]
            .flatMap { name in folders.map { "\($0)/\(name)" } }
            .first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(filePath: $0) }
    }()

    /// The browser gave nothing that a test could look at.
    package struct Silence: Error, CustomStringConvertible {
        package var description: String
    }

    /// What the script of a page has found: it leaves it in an element `<pre id="found">` as JSON in base64, which no
    /// writer of HTML changes.
    ///
    /// - Returns: `nil` where there is no browser.
    package static func findings(of page: URL, width: Int = 1280, dark: Bool = false) throws -> Data? {
        guard let executable else { return nil }
        let folder = FileManager.default.temporaryDirectory.appending(path: "nightjar-browser-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = folder.appending(path: "dom.html")
        try Data().write(to: output)
        let process = Process()
        process.executableURL = executable
        process.arguments =
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--no-first-run", "--disable-extensions", "--allow-file-access-from-files",
                "--user-data-dir=\(folder.appending(path: "profile").path)", "--window-size=\(width),1000",
                "--virtual-time-budget=20000", "--timeout=60000",
            ] + (dark ? ["--blink-settings=preferredColorScheme=0"] : []) + ["--dump-dom", page.absoluteString]
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        if ended.wait(timeout: .now() + 180) == .timedOut { kill(process.processIdentifier, SIGKILL) }
        let dom = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        guard let match = dom.firstMatch(of: /<pre id="found">([A-Za-z0-9+\/=]+)<\/pre>/),
            let found = Data(base64Encoded: String(match.output.1))
        else {
            throw Silence(description: "the script of \(page.lastPathComponent) left nothing:\n\(dom.suffix(2000))")
        }
        return found
    }
}
