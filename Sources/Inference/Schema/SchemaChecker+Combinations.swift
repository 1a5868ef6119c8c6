import Jinja

extension SchemaChecker {
    mutating func check(_ rule: CombinationRule, _ value: Value, _ seen: inout SeenParts) -> Bool {
        switch rule {
        case .all(let nodes): return checkAll(nodes, value, &seen)
        case .any(let nodes): return checkAny(nodes, value, &seen)
        case .one(let nodes): return checkOne(nodes, value, &seen)
        case .not(let node, let text):
            guard attempt(node, value).seen != nil else { return true }
            report("must not fit \(Wording.shortened(text))")
            return false
        case .condition(let condition, let then, let otherwise):
            let parts = attempt(condition, value).seen
            if let parts { seen.formUnion(parts) }
            guard let node = parts == nil ? otherwise : then else { return true }
            return check(node, value, adding: &seen)
        case .reference(let link): return check(target(of: link), value, adding: &seen)
        }
    }

    mutating func check(_ node: Int, _ value: Value, adding seen: inout SeenParts) -> Bool {
        guard let parts = check(node, value) else { return false }
        seen.formUnion(parts)
        return true
    }

    private mutating func checkAll(_ nodes: [Int], _ value: Value, _ seen: inout SeenParts) -> Bool {
        var fits = true
        for node in nodes where !isOver && !check(node, value, adding: &seen) { fits = false }
        return fits
    }

    private mutating func checkAny(_ nodes: [Int], _ value: Value, _ seen: inout SeenParts) -> Bool {
        var misses: [[Finding]] = []
        var fits = false
        for node in nodes where !(fits && !schema.asksForUnevaluated) {
            let attempt = attempt(node, value, atMost: Self.findingsPerForm)
            if let parts = attempt.seen {
                fits = true
                seen.formUnion(parts)
            } else {
                misses.append(attempt.findings)
            }
        }
        if !fits { reportMisses(misses, of: nodes, value) }
        return fits
    }

    private mutating func checkOne(_ nodes: [Int], _ value: Value, _ seen: inout SeenParts) -> Bool {
        var misses: [[Finding]] = []
        var hits: [Int] = []
        for (index, node) in nodes.enumerated() {
            let attempt = attempt(node, value, atMost: Self.findingsPerForm)
            if let parts = attempt.seen {
                hits.append(index + 1)
                seen.formUnion(parts)
            } else {
                misses.append(attempt.findings)
            }
        }
        if hits.isEmpty { reportMisses(misses, of: nodes, value) }
        if hits.count > 1 {
            report("must fit only one of \(nodes.count) forms, but fits \(Wording.joined(hits.map { "form \($0)" }))")
        }
        return hits.count == 1
    }

    /// So many findings tell which of several forms a value was meant to have.
    private static let findingsPerForm = 8

    /// Says why none of several forms fits, as precisely as can be: where only one of them is for such a value at all,
    /// it is that one's findings.
    private mutating func reportMisses(_ misses: [[Finding]], of nodes: [Int], _ value: Value) {
        let meant = misses.filter { findings in
            !findings.contains { finding in
                switch finding.kind {
                case .type: finding.depth == pathLength
                // Many forms are told apart by a key with a fixed value.
                case .constant: finding.depth <= pathLength + 1
                case .other: false
                }
            }
        }
        if meant.count == 1 || misses.count == 1 {
            adopt(meant.first ?? misses[0])
            return
        }
        let types = nodes.compactMap { node in
            if case .types(let types)? = schema.nodes[node].rules.first { types } else { nil }
        }
        if meant.isEmpty, types.count == nodes.count,
            misses.allSatisfy({ $0.first?.kind == .type && $0.first?.depth == pathLength })
        {
            report(Wording.types(types.flatMap(\.self), not: value), kind: .type)
            return
        }
        let reasons = misses.compactMap(\.first).prefix(5).enumerated().map { index, finding in
            let place = finding.depth == pathLength ? "" : "`\(finding.violation.path)` "
            return "form \(index + 1): \(place)\(finding.violation.message)"
        }
        report("fits none of \(nodes.count) allowed forms (\(reasons.joined(separator: "; ")))")
    }
}
