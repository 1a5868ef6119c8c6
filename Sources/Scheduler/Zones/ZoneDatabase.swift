import Foundation
import LocalFiles
import Synchronization

/// The machine's time zones. Foundation has rules of its own on Linux, which stay as they are when the machine's are
/// brought up to date; so the files are read, and read anew as soon as they change.
package final class ZoneDatabase: Sendable {
    package static let system = ZoneDatabase()

    private let folders: [String]
    private let localTime: String
    private let environment: [String: String]
    private let known = Mutex<[String: Known]>([:])

    private struct Known {
        var stamp: FileStamp
        var rules: ZoneRules?
    }

    /// - Parameters:
    ///   - folders: where the files may be.
    ///   - localTime: the file of this machine's own zone.
    package init(
        folders: [String] = [
            "/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo",
        ], localTime: String = "/etc/localtime",
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.folders = folders
        self.localTime = localTime
        self.environment = environment
    }

    /// The rules of a zone as they are now; `nil` where there is no such zone.
    ///
    /// - Parameter identifier: as in `Europe/Lisbon`.
    package func rules(_ identifier: String) -> ZoneRules? {
        guard Self.isName(identifier) else { return nil }
        for folder in folders {
            if let rules = rules(at: "\(folder)/\(identifier)", named: identifier) { return rules }
        }
        if ["UTC", "Etc/UTC", "GMT"].contains(identifier) { return ZoneRules(fixed: 0, named: identifier) }
        guard folder == nil, let zone = TimeZone(identifier: identifier) else { return nil }
        return ZoneRules(zone)
    }

    /// The rules of this machine's own zone as they are now.
    package func local() -> ZoneRules {
        if let named = environment["TZ"] {
            let name = named.hasPrefix(":") ? String(named.dropFirst()) : named
            if let rules = rules(name) { return rules }
            // `:/etc/localtime` is a common setting.
            if name.hasPrefix("/") { return rules(atAbsolute: name) ?? .utc }
            if let footer = ZoneFooter(name) {
                return ZoneRules(identifier: name, transitions: [], offsets: [], firstOffset: 0, rule: footer)
            }
            return .utc
        }
        return rules(atAbsolute: localTime) ?? .utc
    }

    /// By its name where the path or the link there tells one.
    private func rules(atAbsolute path: String) -> ZoneRules? {
        let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? path
        if let range = target.range(of: "zoneinfo/"), let rules = rules(String(target[range.upperBound...])) {
            return rules
        }
        return rules(at: path, named: "local")
    }

    /// The names of all zones.
    package func identifiers() -> [String] {
        guard let folder else { return TimeZone.knownTimeZoneIdentifiers }
        let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return paths.filter { path in
            // The same zones by other rules, and files about them.
            !path.hasPrefix("posix") && !path.hasPrefix("right/") && path.first?.isUppercase == true
                && FileStamp("\(folder)/\(path)") != nil
        }.sorted()
    }

    private var folder: String? { folders.first { FileManager.default.fileExists(atPath: $0) } }

    private func rules(at path: String, named identifier: String) -> ZoneRules? {
        guard let stamp = FileStamp(path) else { return nil }
        if let known = known.withLock({ $0[path] }), known.stamp == stamp { return known.rules }
        // What could not be read may be read the next time; only what is no such file stays none.
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return nil }
        let rules = ZoneFile.rules([UInt8](data), named: identifier)
        known.withLock { $0[path] = Known(stamp: stamp, rules: rules) }
        return rules
    }

    private static func isName(_ identifier: String) -> Bool {
        let parts = identifier.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { part in
            !part.isEmpty && !part.hasPrefix(".")
                && part.utf8.allSatisfy { byte in
                    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                        || "_+-.".utf8.contains(byte)
                }
        }
    }
}

extension ZoneRules {
    /// The rules that Foundation has, for machines without files of them: of the years in which schedules are.
    fileprivate init(_ zone: TimeZone) {
        let first = Date(timeIntervalSince1970: 0)
        let last = Date(timeIntervalSince1970: 130 * 365.25 * 86_400)
        var transitions: [Int] = []
        var offsets: [Int] = []
        var moment = first
        while let next = zone.nextDaylightSavingTimeTransition(after: moment), next < last, next > moment {
            transitions.append(Int(next.timeIntervalSince1970))
            offsets.append(zone.secondsFromGMT(for: next))
            moment = next
        }
        self.init(
            identifier: zone.identifier, transitions: transitions, offsets: offsets,
            firstOffset: zone.secondsFromGMT(for: first), rule: nil)
    }
}
