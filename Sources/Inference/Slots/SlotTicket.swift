import Foundation
import LocalFiles

/// A place in the queue for the slots of an engine, which is given up when the ticket goes.
final class SlotTicket: Sendable {
    let name: Name
    private let path: String
    private let file: LockFile

    /// - Parameter file: The ticket's file, locked.
    init(name: Name, path: String, file: LockFile) {
        self.name = name
        self.path = path
        self.file = file
    }

    deinit {
        // While it is still locked: nobody shall find it dead.
        unlink(path)
    }

    /// What a ticket's file is called: when and by whom it was drawn, and for how many slots.
    struct Name: Sendable, Hashable, Comparable, CustomStringConvertible {
        /// In microseconds since 1970.
        var time: Int
        var process: Int32
        /// Tells the tickets of a process from each other.
        var number: Int
        /// The process takes any of the first `slots` slots.
        var slots: Int

        init(time: Int, process: Int32, number: Int, slots: Int) {
            self.time = time
            self.process = process
            self.number = number
            self.slots = slots
        }

        /// `nil` for the name of something else.
        init?(_ text: Substring) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 4, let time = Int(parts[0]), let process = Int32(parts[1]), let number = Int(parts[2]),
                let slots = Int(parts[3]), (0..<Self.endOfTime).contains(time), slots > 0
            else { return nil }
            self.init(time: time, process: process, number: number, slots: slots)
        }

        var description: String { "\(time)-\(process)-\(number)-\(slots)" }

        static func < (lhs: Self, rhs: Self) -> Bool {
            (lhs.time, lhs.process, lhs.number) < (rhs.time, rhs.process, rhs.number)
        }

        /// There is a time after the latest that we read.
        private static let endOfTime = 1 << 60
    }
}
