/// Follows texts through a grammar, byte by byte. What it has found out once it knows: states are numbers, and a step
/// that was taken before is looked up.
///
/// Belongs to one thread.
package final class GrammarAutomaton {
    /// Where a text stands in the grammar. Holds as long as the automaton.
    package struct State: Hashable, Sendable {
        fileprivate let number: Int32
    }

    private let grammar: Grammar
    /// What is to come: a place, and what comes after its rule, another one of these; the first is the end of all.
    private var stacks: [(place: Int, below: Int32)] = [(0, 0)]
    private var stackNumbers: [Stack: Int32] = [:]
    private var states: [Known] = []
    private var stateNumbers: [[Int32]: Int32] = [:]

    private struct Stack: Hashable {
        var place: Int
        var below: Int32
    }

    /// A state, as far as it is known.
    private struct Known {
        /// All that may come; sorted.
        var stacks: [Int32]
        /// The state behind each byte; empty as long as none was asked for.
        var next: [Int32] = []
        var possible: ByteSet
        var isComplete: Bool
    }

    private static let unknown: Int32 = -2
    private static let impossible: Int32 = -1

    package init(_ grammar: Grammar) {
        self.grammar = grammar
    }

    /// Before the first byte.
    package private(set) lazy var start: State = State(number: state(opened([(grammar.rules[grammar.root], 0)])))

    /// How many states it has come to know.
    package var size: Int { states.count }

    /// - Returns: the state behind a byte; `nil` where it may not come.
    package func step(_ state: State, _ byte: UInt8) -> State? {
        let number = Int(state.number)
        if states[number].next.isEmpty {
            states[number].next = Array(repeating: Self.unknown, count: 256)
        }
        var next = states[number].next[Int(byte)]
        if next == Self.unknown {
            next = behind(number, byte)
            states[number].next[Int(byte)] = next
        }
        return next == Self.impossible ? nil : State(number: next)
    }

    /// - Returns: the state behind all of the bytes; `nil` where one may not come.
    package func step(_ state: State, _ bytes: some Sequence<UInt8>) -> State? {
        var state = state
        for byte in bytes {
            guard let next = step(state, byte) else { return nil }
            state = next
        }
        return state
    }

    /// Whether the text may end here.
    package func isComplete(_ state: State) -> Bool { states[Int(state.number)].isComplete }

    /// Whether nothing may come any more.
    package func isOver(_ state: State) -> Bool { states[Int(state.number)].possible == ByteSet() }

    /// The characters that have to come next, up to where the text may end or something else may come.
    ///
    /// - Parameter most: in bytes.
    package func forced(_ state: State, most: Int = 512) -> [UInt8] {
        var state = state
        var bytes: [UInt8] = []
        while bytes.count < most, !isComplete(state), let byte = states[Int(state.number)].possible.only,
            let next = step(state, byte)
        {
            bytes.append(byte)
            state = next
        }
        // Up to the last whole character.
        while let last = bytes.last, last & 0xC0 == 0x80 || last >= 0xC0 {
            if String(validating: bytes, as: UTF8.self) != nil { break }
            bytes.removeLast()
        }
        return bytes
    }

    private func behind(_ number: Int, _ byte: UInt8) -> Int32 {
        guard states[number].possible.contains(byte) else { return Self.impossible }
        let moved: [(Int, Int32)] = states[number].stacks.compactMap { stack in
            let (place, below) = stacks[Int(stack)]
            guard stack != 0, case .bytes(let set, let next) = grammar.nodes[place], set.contains(byte) else {
                return nil
            }
            return (next, below)
        }
        return state(opened(moved))
    }

    /// Goes on from places to those where a byte is to come, or the end of all.
    private func opened(_ begin: [(place: Int, below: Int32)]) -> [Int32] {
        var found: Set<Int32> = []
        var seen: Set<Stack> = []
        var todo = begin
        while let (place, below) = todo.popLast() {
            guard seen.insert(Stack(place: place, below: below)).inserted else { continue }
            switch grammar.nodes[place] {
            case .bytes: found.insert(stack(place, below))
            case .either(let places): todo += places.map { ($0, below) }
            case .end:
                if below == 0 {
                    found.insert(0)
                } else {
                    let (next, under) = stacks[Int(below)]
                    todo.append((next, under))
                }
            case .rule(let rule, let next):
                // Nothing comes after it in its own rule: what is below comes next.
                if case .end = grammar.nodes[next] {
                    todo.append((grammar.rules[rule], below))
                } else {
                    todo.append((grammar.rules[rule], stack(next, below)))
                }
            }
        }
        return found.sorted()
    }

    private func stack(_ place: Int, _ below: Int32) -> Int32 {
        let stack = Stack(place: place, below: below)
        if let number = stackNumbers[stack] { return number }
        let number = Int32(stacks.count)
        stacks.append((place, below))
        stackNumbers[stack] = number
        return number
    }

    private func state(_ all: [Int32]) -> Int32 {
        if let number = stateNumbers[all] { return number }
        let number = Int32(states.count)
        var possible = ByteSet()
        for stack in all where stack != 0 {
            if case .bytes(let set, _) = grammar.nodes[stacks[Int(stack)].place] { possible.formUnion(set) }
        }
        states.append(Known(stacks: all, possible: possible, isComplete: all.first == 0))
        stateNumbers[all] = number
        return number
    }
}
