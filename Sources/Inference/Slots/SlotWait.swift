/// What a call waits for before it may run.
package struct SlotWait: Sendable, Hashable, CustomStringConvertible {
    /// Who holds slots in other processes, one for each slot; those who have not yet written who they are are missing.
    package var holders: [SlotHolder]
    /// How many of other processes are before this one in the queue.
    package var ahead: Int
    /// Whether all slots are held by calls of this process.
    package var own: Bool

    package init(holders: [SlotHolder], ahead: Int, own: Bool) {
        self.holders = holders
        self.ahead = ahead
        self.own = own
    }

    package var description: String {
        var causes = processes
        if causes.isEmpty, own { causes = ["the calls of its own process"] }
        if ahead > 0 { causes.append(causes.isEmpty ? "\(ahead) in the queue" : "\(ahead) more in the queue") }
        let last = causes.popLast() ?? "another process"
        return "waits for a slot behind " + (causes.isEmpty ? last : "\(causes.joined(separator: ", ")) and \(last)")
    }

    /// The holders in words; a process that holds several slots counts once.
    private var processes: [String] {
        guard let first = holders.first else { return [] }
        let name = "\(first.label), process \(first.process)"
        switch Set(holders.map(\.process)).count - 1 {
        case 0: return [name]
        case 1: return [name, "another process"]
        case let others: return [name, "\(others) other processes"]
        }
    }
}

/// How busy an engine is at the moment, in calls.
package struct SlotOccupancy: Sendable, Hashable {
    /// How many calls may run at once, of all processes together.
    package var slots: Int
    /// The slots that other processes hold.
    package var others: Int
    /// The calls of this process that hold a slot.
    package var running: Int
    /// The calls of this process that wait for one.
    package var waiting: Int

    package init(slots: Int, others: Int, running: Int, waiting: Int) {
        self.slots = slots
        self.others = others
        self.running = running
        self.waiting = waiting
    }
}
