import Jinja

extension SchemaChecker {
    mutating func check(_ rule: ArrayRule, _ items: [Value], _ seen: inout SeenParts) -> Bool {
        switch rule {
        case .atLeast(let fewest): return checkCount(items.count, .fewest(fewest), "item")
        case .atMost(let most): return checkCount(items.count, .most(most), "item")
        case .unique: return checkUnique(items)
        case .elements(let first, let rest): return checkElements(items, first: first, rest: rest, &seen)
        case .contains(let node, let fewest, let most):
            return checkContains(items, node, fewest: fewest, most: most, &seen)
        case .unevaluated(let node): return checkUnevaluated(items, node, &seen)
        }
    }

    private mutating func checkUnevaluated(_ items: [Value], _ node: Int, _ seen: inout SeenParts) -> Bool {
        var fits = true
        for (index, item) in items.enumerated() where !seen.has(item: index) && !isOver {
            if !check(node, item, at: .index(index)) { fits = false }
        }
        seen.add(firstItems: items.count)
        return fits
    }

    private mutating func checkUnique(_ items: [Value]) -> Bool {
        var places: [JSONIdentity: Int] = [:]
        for (index, item) in items.enumerated() {
            if let other = places.updateValue(index, forKey: JSONIdentity(item)) {
                report("must not have the same item twice, as [\(other)] and [\(index)] are")
                return false
            }
        }
        return true
    }

    private mutating func checkElements(
        _ items: [Value], first: [Int], rest: Int?, _ seen: inout SeenParts
    ) -> Bool {
        var fits = true
        for (index, (item, node)) in zip(items, first).enumerated() where !isOver {
            if !check(node, item, at: .index(index)) { fits = false }
        }
        guard let rest else {
            seen.add(firstItems: first.count)
            return fits
        }
        seen.add(firstItems: items.count)
        if items.count > first.count, schema.nodes[rest].refusesAll {
            return checkCount(items.count, .most(first.count), "item")
        }
        for (index, item) in items.enumerated().dropFirst(first.count) where !isOver {
            if !check(rest, item, at: .index(index)) { fits = false }
        }
        return fits
    }

    private mutating func checkContains(
        _ items: [Value], _ node: Int, fewest: Int, most: Int?, _ seen: inout SeenParts
    ) -> Bool {
        var count = 0
        var miss: (index: Int, message: String)?
        for (index, item) in items.enumerated() {
            let attempt = attempt(node, item)
            if attempt.seen != nil {
                count += 1
                seen.add(item: index)
            } else if miss == nil, let finding = attempt.findings.first {
                miss = (index, finding.violation.message)
            }
        }
        if count < fewest {
            let example = miss.map { "; [\($0.index)] does not count, as it \($0.message)" } ?? ""
            report("must have at least \(Wording.count(fewest, "item")) of a certain form, not \(count)\(example)")
            return false
        }
        guard let most, count > most else { return true }
        report("must have at most \(Wording.count(most, "item")) of a certain form, not \(count)")
        return false
    }
}
