package import Foundation
import LocalFiles

/// Lets one daemon work with one state folder, and tells who it is.
package struct DaemonLock: Sendable {
    private let file: LockFile

    /// Whoever has the lock, as it says of itself.
    package struct Holder: Error, Sendable {
        package let text: String
    }

    /// - Throws: ``Holder`` where a daemon is at work, or what the system says.
    package init(state: URL) throws {
        try FileManager.default.createDirectory(
            at: state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        file = try LockFile(making: Self.path(state))
        guard try file.lock(.exclusive) else { throw Holder(text: String(decoding: file.text(), as: UTF8.self)) }
        file.setText("process \(ProcessInfo.processInfo.processIdentifier)".utf8)
    }

    /// Who works with a state folder; `nil` where nobody does.
    package static func holder(state: URL) -> String? {
        guard let file = try? LockFile(existing: path(state)), (try? file.lock(.shared)) == false else { return nil }
        return String(decoding: file.text(), as: UTF8.self)
    }

    private static func path(_ state: URL) -> String { state.appending(path: "daemon.lock").path }
}
