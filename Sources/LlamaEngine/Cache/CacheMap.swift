/// Which tokens the cache holds for which sequence, and in how many cells. Sequences share the cells of the beginnings
/// that they have in common, and a sequence that has ended stays, for those that begin as it did, until its cells are
/// needed.
///
/// It only keeps the books: whoever changes it tells libllama the same.
struct CacheMap {
    private struct Entry {
        /// In the cache from the first position on.
        var tokens: [Int32]
        /// How many of the first are in cells of `parent` too.
        var shared = 0
        var parent: Int32?
        /// Whether a generation is at work on it; else it is kept for others.
        var isActive = true
        var used: Int
    }

    private var entries: [Int32: Entry] = [:]
    private var clock = 0

    /// The cells that are taken.
    var cells: Int { entries.values.reduce(0) { $0 + $1.tokens.count - $1.shared } }
    var sequences: Set<Int32> { Set(entries.keys) }
    /// The cells that would be taken without the sequences that are kept for others.
    var cellsWithoutKept: Int {
        var rest = self
        for (sequence, entry) in entries where !entry.isActive { rest.remove(sequence) }
        return rest.cells
    }

    /// The sequence that is kept for others and was of use the longest time ago.
    func oldestKept(except spared: Int32?) -> Int32? {
        entries.filter { !$0.value.isActive && $0.key != spared }.min { $0.value.used < $1.value.used }?.key
    }

    /// The sequence of which most of the beginning is that of these tokens, and how many that are; at least one.
    ///
    /// A look at each: there are some dozens of them, and a comparison takes a microsecond.
    func longestMatch(_ tokens: some Collection<Int32>) -> (sequence: Int32, count: Int)? {
        var best: (sequence: Int32, count: Int)?
        for (sequence, entry) in entries.sorted(by: { $0.key < $1.key }) {
            let count = zip(entry.tokens, tokens).prefix { $0 == $1 }.count
            if count > best?.count ?? 0 { best = (sequence, count) }
        }
        return best
    }

    /// A generation begins in a new sequence, with the first tokens of another one.
    mutating func begin(_ sequence: Int32, as other: Int32? = nil, count: Int = 0) {
        clock += 1
        guard let other, let source = entries[other], count > 0 else {
            entries[sequence] = Entry(tokens: [], used: clock)
            return
        }
        entries[other]?.used = clock
        entries[sequence] = Entry(
            tokens: Array(source.tokens.prefix(count)), shared: count, parent: other, used: clock)
    }

    mutating func append(_ tokens: some Sequence<Int32>, to sequence: Int32) {
        entries[sequence]?.tokens.append(contentsOf: tokens)
    }

    /// A generation has ended; what it leaves is for those that begin as it did.
    mutating func keep(_ sequence: Int32) {
        clock += 1
        entries[sequence]?.isActive = false
        entries[sequence]?.used = clock
    }

    /// Takes a sequence out. Those that share cells of it have them from now on without it: from the one of which it has
    /// them itself, and what is its own the one that shares most takes over, and the others share with that one.
    mutating func remove(_ sequence: Int32) {
        guard let entry = entries.removeValue(forKey: sequence) else { return }
        let children = entries.filter { $0.value.parent == sequence }
        for child in children.keys where entries[child]?.shared ?? 0 <= entry.shared {
            entries[child]?.parent = entry.parent
        }
        let heirs = children.filter { $0.value.shared > entry.shared }
            .sorted { ($0.value.shared, $1.key) > ($1.value.shared, $0.key) }
        guard let first = heirs.first else { return }
        entries[first.key]?.parent = entry.parent
        entries[first.key]?.shared = entry.shared
        for heir in heirs.dropFirst() { entries[heir.key]?.parent = first.key }
    }
}
