import Foundation
import LocalFiles

/// The files of an engine's slots, `slot-0` and so on; a slot is held as long as someone has the lock on its file.
///
/// The files stay for ever. What is written in one counts only while it is locked.
struct SlotFiles: Sendable {
    /// What came of the attempt to get one of the slots.
    enum Attempt {
        case taken(Int, LockFile)
        /// None was to be had: whether others hold any, and who, as far as they say.
        case none(isHeld: Bool, holders: [SlotHolder])
    }

    let folder: URL
    let count: Int

    /// Takes the first free slot among `allowed`.
    /// - Parameter own: Those that we hold ourselves, which are neither tried nor told.
    func take(_ allowed: Range<Int>, own: Set<Int>, as holder: SlotHolder) throws(SlotFailure) -> Attempt {
        var holders: [SlotHolder?] = []
        for slot in 0..<count where !own.contains(slot) {
            let file = try ofSlots { () throws(LockFailure) in try LockFile(making: path(slot)) }
            if allowed.contains(slot), try ofSlots({ () throws(LockFailure) in try file.lock(.exclusive) }) {
                file.setText(holder.json)
                return .taken(slot, file)
            }
            // Where a shared lock can be had, nobody holds the slot: someone was just looking, as we are now.
            if try !ofSlots({ () throws(LockFailure) in try file.lock(.shared) }) {
                holders.append(SlotHolder(json: Data(file.text())))
            }
        }
        return .none(isHeld: !holders.isEmpty, holders: holders.compactMap(\.self))
    }

    /// How many are held by others. Where that cannot be found out they count as free: who wants one is told why not.
    func held(except own: Set<Int>) -> Int {
        (0..<count).count { slot in
            guard !own.contains(slot), let file = try? LockFile(existing: path(slot)) else { return false }
            return (try? file.lock(.shared)) == false
        }
    }

    private func path(_ slot: Int) -> String { folder.appending(path: "slot-\(slot)").path }
}
