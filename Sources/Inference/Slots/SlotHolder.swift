package import Foundation

/// Who holds a slot, as it is written into the slot's file for others to read.
package struct SlotHolder: Sendable, Hashable, Codable {
    package var process: Int32
    /// What the process does, for people: `inbox-triage (run 20261124-020745-k3f9)`.
    package var label: String
    /// When the process took the slot, which may have been for an earlier call.
    package var since: Date

    package init(process: Int32, label: String, since: Date) {
        self.process = process
        self.label = label
        self.since = since
    }

    private enum CodingKeys: String, CodingKey {
        case process = "pid"
        case label, since
    }

    /// Reads a slot's file; `nil` where its holder has not got to writing yet.
    init?(json: Data) {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let holder = try? decoder.decode(Self.self, from: json) else { return nil }
        self = holder
    }

    /// A line of JSON with the time in ISO 8601.
    var json: Data {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A holder without a name is better than none.
        return ((try? encoder.encode(self)) ?? Data()) + Data("\n".utf8)
    }
}
