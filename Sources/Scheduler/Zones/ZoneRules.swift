import Foundation

/// What the clocks of a time zone show, and when they are set.
package struct ZoneRules: Sendable, Hashable {
    /// As in `Europe/Lisbon`.
    package let identifier: String
    /// When another offset begins to hold, in seconds since 1970, rising.
    let transitions: [Int]
    /// The offset that holds from each of them on.
    let offsets: [Int]
    /// What holds before the first.
    let firstOffset: Int
    /// What holds after the last; `nil` where the last one stays.
    let rule: ZoneFooter?

    package static let utc = ZoneRules(fixed: 0, named: "UTC")

    init(identifier: String, transitions: [Int], offsets: [Int], firstOffset: Int, rule: ZoneFooter?) {
        self.identifier = identifier
        self.transitions = transitions
        self.offsets = offsets
        self.firstOffset = firstOffset
        self.rule = rule
    }

    init(fixed offset: Int, named identifier: String) {
        self.init(identifier: identifier, transitions: [], offsets: [], firstOffset: offset, rule: nil)
    }

    /// How far the clocks are ahead of UTC at a moment, in seconds.
    ///
    /// - Parameter moment: in seconds since 1970.
    package func offset(at moment: Int) -> Int {
        guard let last = transitions.last, moment < last || rule == nil else {
            return rule?.offset(at: moment) ?? firstOffset
        }
        // The last transition that is not after the moment.
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= moment { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? firstOffset : offsets[low - 1]
    }
}
