/// The candidate that the name was most likely meant to be, or `nil` where none is near enough.
///
/// Near means: at most a third of the longer name's letters (and at least one) inserted, removed, replaced or swapped
/// with their neighbour, regardless of case. Of equally near names the first wins.
package func nearest(_ name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
    guard !wanted.isEmpty else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates where candidate != name {
        let scalars = Array(candidate.lowercased().unicodeScalars.prefix(64))
        let allowance = max(1, max(wanted.count, scalars.count) / 3)
        guard abs(scalars.count - wanted.count) <= allowance else { continue }
        let distance = editDistance(wanted, scalars)
        // A name whose every letter would change is no suggestion.
        guard distance <= allowance, distance < max(wanted.count, scalars.count) else { continue }
        if distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.name
}

/// Insertions, removals, replacements and swaps of neighbours, each at most once per place.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 1...max(left.count, 1) where row <= left.count {
        var current = [row]
        current.reserveCapacity(right.count + 1)
        for column in right.indices.map({ $0 + 1 }) {
            let cost = left[row - 1] == right[column - 1] ? 0 : 1
            var distance = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + cost)
            if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                distance = min(distance, beforeLast[column - 2] + 1)
            }
            current.append(distance)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
