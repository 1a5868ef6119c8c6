/// What a text may be, by rules in GBNF, the notation of llama.cpp: `root ::= "yes" | "no"`.
///
/// It is kept as a graph over bytes, so that a text can be followed that is cut anywhere.
package struct Grammar: Sendable {
    /// A place in a rule: what may come next there.
    enum Node: Sendable {
        /// One of these bytes, and then the next place.
        case bytes(ByteSet, Int)
        /// What another rule says, and then the next place.
        case rule(Int, Int)
        /// What one of these places says.
        case either([Int])
        /// Nothing: the rule is at its end.
        case end
    }

    let nodes: [Node]
    /// Where each rule begins.
    let rules: [Int]
    /// The rule for the whole text.
    let root: Int

    /// The most places that a grammar may have.
    static let mostNodes = 1_000_000

    /// - Parameter gbnf: with a rule `root`.
    /// - Throws: ``GrammarError`` where it cannot be read, names a rule that is not there, or has one that begins with
    ///   itself.
    package init(gbnf: String) throws(GrammarError) {
        var reader = GrammarReader(gbnf)
        self = try reader.grammar()
    }

    init(nodes: [Node], rules: [Int], root: Int, names: [String]) throws(GrammarError) {
        self.nodes = nodes
        self.rules = rules
        self.root = root
        if let rule = ruleThatBeginsWithItself {
            throw GrammarError(
                "the rule `\(names[rule])` begins with itself, so it would never come to a first character")
        }
    }

    /// The places that can be reached from a place without a byte, rules not gone into.
    private func openings(_ place: Int, nullable: Set<Int>) -> (rules: Set<Int>, reachesEnd: Bool) {
        var found: Set<Int> = []
        var reachesEnd = false
        var seen: Set<Int> = []
        var stack = [place]
        while let place = stack.popLast() {
            guard seen.insert(place).inserted else { continue }
            switch nodes[place] {
            case .bytes: break
            case .end: reachesEnd = true
            case .either(let places): stack += places
            case .rule(let rule, let next):
                found.insert(rule)
                if nullable.contains(rule) { stack.append(next) }
            }
        }
        return (found, reachesEnd)
    }

    private var ruleThatBeginsWithItself: Int? {
        // Which rules may be empty follows from those that are known to be.
        var nullable: Set<Int> = []
        while true {
            let more = rules.indices.filter { rule in
                !nullable.contains(rule) && openings(rules[rule], nullable: nullable).reachesEnd
            }
            if more.isEmpty { break }
            nullable.formUnion(more)
        }
        let first = rules.map { openings($0, nullable: nullable).rules }
        var state = [UInt8](repeating: 0, count: rules.count)
        for rule in rules.indices where state[rule] == 0 {
            // Depth first: 1 is on the way, 2 is done.
            var stack = [(rule, Array(first[rule]))]
            state[rule] = 1
            while let (current, rest) = stack.last {
                guard let next = rest.last else {
                    state[current] = 2
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].1.removeLast()
                if state[next] == 1 { return next }
                if state[next] == 0 {
                    state[next] = 1
                    stack.append((next, Array(first[next])))
                }
            }
        }
        return nil
    }
}
