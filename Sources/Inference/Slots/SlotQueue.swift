import Foundation
import LocalFiles
import Synchronization

/// The processes that wait for a slot of an engine, in the order in which they came: a folder of tickets.
///
/// A ticket lives as long as its process has the lock on it, so what a killed process leaves is known at once.
struct SlotQueue: Sendable {
    let folder: URL

    /// Joins the queue at its end.
    /// - Parameter slots: How many slots the process knows of.
    func draw(slots: Int, at date: Date) throws(SlotFailure) -> SlotTicket {
        while true {
            // Later than all that are there, so that a clock that was set back lets nobody in before them.
            let newest = try entries().map(\.name.time).max() ?? 0
            let time = max(Int(date.timeIntervalSince1970 * 1_000_000), newest + 1)
            let name = SlotTicket.Name(
                time: time, process: getpid(), number: drawn.add(1, ordering: .relaxed).newValue, slots: slots)
            let hidden = path(name, isHidden: true)
            let path = path(name, isHidden: false)
            // A ticket gets its name when it is locked, as before that it looks like one of a dead process. If one of
            // those who clear such away has seen it in that moment, another one is drawn.
            guard let file = try ofSlots({ () throws(LockFailure) in try LockFile(new: hidden) }) else { continue }
            guard try ofSlots({ () throws(LockFailure) in try file.lock(.exclusive) }) else {
                unlink(hidden)
                continue
            }
            if rename(hidden, path) == 0 { return SlotTicket(name: name, path: path, file: file) }
            let code = errno
            guard code == ENOENT else {
                unlink(hidden)
                throw SlotFailure(code, file: path)
            }
        }
    }

    /// The tickets before ours whose processes live; removes those of the dead.
    func ahead(of ticket: SlotTicket) throws(SlotFailure) -> [SlotTicket.Name] {
        var alive: [SlotTicket.Name] = []
        for entry in try entries() where entry.name < ticket.name {
            let path = path(entry.name, isHidden: entry.isHidden)
            guard let file = try ofSlots({ () throws(LockFailure) in try LockFile(existing: path) }) else { continue }
            if try ofSlots({ () throws(LockFailure) in try file.lock(.shared) }) {
                unlink(path)
            } else if !entry.isHidden {
                alive.append(entry.name)
            }
        }
        return alive
    }

    /// All tickets in the folder, dead or alive; hidden are those that have not got their names yet.
    private func entries() throws(SlotFailure) -> [(name: SlotTicket.Name, isHidden: Bool)] {
        guard let directory = opendir(folder.path) else { throw SlotFailure(errno, folder: folder.path) }
        defer { closedir(directory) }
        var entries: [(name: SlotTicket.Name, isHidden: Bool)] = []
        while let entry = readdir(directory) {
            let text = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let isHidden = text.hasPrefix(".")
            if let name = SlotTicket.Name(text.dropFirst(isHidden ? 1 : 0)) { entries.append((name, isHidden)) }
        }
        return entries
    }

    private func path(_ name: SlotTicket.Name, isHidden: Bool) -> String {
        folder.appending(path: (isHidden ? "." : "") + name.description).path
    }
}

/// How many tickets this process has drawn, from all queues.
private let drawn = Atomic<Int>(0)
