import Jinja
import OrderedCollections

extension SchemaChecker {
    mutating func check(_ rule: ObjectRule, _ entries: Mapping, _ value: Value, _ seen: inout SeenParts) -> Bool {
        switch rule {
        case .atLeast(let fewest): return checkCount(entries.count, .fewest(fewest), "key")
        case .atMost(let most): return checkCount(entries.count, .most(most), "key")
        case .required(let keys): return checkRequired(keys, entries, by: nil)
        case .requiredBeside(let key, let needed):
            return entries[key] == nil || checkRequired(needed, entries, by: key)
        case .dependent(let key, let node): return entries[key] == nil || check(node, value, adding: &seen)
        case .keys(let node): return checkKeys(entries, node)
        case .members(let members): return check(members, entries, &seen)
        case .unevaluated(let node): return checkUnevaluated(entries, node, &seen)
        }
    }

    private mutating func checkRequired(_ keys: [String], _ entries: Mapping, by owner: String?) -> Bool {
        let missing = keys.filter { entries[$0] == nil }
        let reason = owner.map { ", which \(Wording.quoted($0)) needs beside it" } ?? ""
        for key in missing { report("lacks the key \(Wording.quoted(key))\(reason)") }
        return missing.isEmpty
    }

    private mutating func checkUnevaluated(_ entries: Mapping, _ node: Int, _ seen: inout SeenParts) -> Bool {
        let left = entries.keys.elements.filter { !seen.has(key: $0) }
        for key in left { seen.add(key: key) }
        return checkLeftovers(left, of: entries, node, allowed: [])
    }

    private mutating func checkKeys(_ entries: Mapping, _ node: Int) -> Bool {
        var fits = true
        for key in entries.keys where !isOver {
            let attempt = attempt(node, .string(key))
            guard attempt.seen == nil else { continue }
            fits = false
            let reason = attempt.findings.first.map { ": it \($0.violation.message)" } ?? ""
            report("has a wrong key \(Wording.quoted(key))\(reason)")
        }
        return fits
    }

    private mutating func check(_ members: SchemaMembers, _ entries: Mapping, _ seen: inout SeenParts) -> Bool {
        var fits = true
        var left: [String] = []
        for (key, value) in entries where !isOver {
            let nodes = nodes(for: key, in: members)
            for node in nodes where !check(node, value, at: .key(key)) { fits = false }
            if nodes.isEmpty { left.append(key) }
            if !nodes.isEmpty || members.others != nil { seen.add(key: key) }
        }
        guard let others = members.others, !isOver else { return fits }
        return checkLeftovers(left, of: entries, others, allowed: members.named.keys.elements) && fits
    }

    /// The schemas that `properties` and `patternProperties` have for a key.
    private mutating func nodes(for key: String, in members: SchemaMembers) -> [Int] {
        var nodes: [Int] = []
        if let node = members.named[key] { nodes.append(node) }
        for (pattern, node) in members.matching where matches(key, pattern) == true { nodes.append(node) }
        return nodes
    }

    /// The keys that no other keyword speaks about.
    private mutating func checkLeftovers(
        _ keys: [String], of entries: Mapping, _ node: Int, allowed: [String]
    ) -> Bool {
        if schema.nodes[node].refusesAll {
            guard !keys.isEmpty else { return true }
            report(Wording.refused(keys, allowed: allowed))
            return false
        }
        var fits = true
        for key in keys where !isOver {
            if let value = entries[key], !check(node, value, at: .key(key)) { fits = false }
        }
        return fits
    }
}
