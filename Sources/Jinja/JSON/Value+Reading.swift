import OrderedCollections

// Lists of a text that is read can be as long as the text. These keep them from taking many times its size.
extension [Value] {
    /// Smaller lists cost nothing that matters.
    private static var large: Int { 4096 }

    /// Appends an element that was read. Rows of a table share the names of their columns.
    ///
    /// - Parameters:
    ///   - read: How much of the text the list has taken so far.
    ///   - rest: How much of the text is left. Where the list outgrows its room, it gets as much as it needs if it goes on
    ///     so to the end, and is not copied again and again.
    package mutating func appendRead(_ value: Value, read: Int, rest: Int) {
        if count == capacity, count >= Self.large {
            let needed = Double(count) * (1 + Double(rest) / Double(Swift.max(read, 1)))
            // Room that is not used is no memory yet: rather some more than another copy.
            reserveCapacity(Swift.max(count + count / 4, Int(needed * 1.02) + 64))
        }
        guard case .mapping(let row) = value, case .mapping(let before)? = last else {
            append(value)
            return
        }
        append(.mapping(row.sharingKeys(of: before)))
    }

    /// Gives back room that was taken in vain, when the list is at its end.
    package mutating func endReading() {
        guard count >= Self.large, capacity - count > count / 4 else { return }
        self = map(\.self)
    }
}

extension Mapping {
    /// The same with the keys of another mapping, so that equal keys take memory once; itself, where its keys are others.
    fileprivate func sharingKeys(of other: Mapping) -> Mapping {
        guard count > 0, count == other.count, keys == other.keys else { return self }
        var shared = other
        for (index, value) in values.enumerated() { shared.values[index] = value }
        return shared
    }
}
