import Jinja
import OrderedCollections

// Objects and arrays.
extension SchemaGrammarBuilder {
    /// A member that an object may have.
    private struct Member {
        var pair: String
        var isRequired: Bool
    }

    mutating func object(_ keywords: Mapping, _ place: SchemaPlace) throws(Failure) -> String {
        var more = keywords["additionalProperties"]
        if more == nil, keywords["unevaluatedProperties"] == false { more = .boolean(false) }
        let declared = keywords["properties"]?.mapping ?? [:]
        let required = (keywords["required"]?.list ?? []).compactMap(\.string)
        // What is not said about an object without members is meant to be anything.
        if declared.isEmpty, required.isEmpty, more == nil {
            _ = anyValue
            return "json-object"
        }
        var members: [Member] = []
        for (name, schema) in declared {
            do throws(Failure) {
                let value = try expression(schema, place.inside(name))
                members.append(Member(pair: "\(Self.key(name)) \(value)", isRequired: required.contains(name)))
            } catch {
                // A member that nothing fits is left out, where it may be.
                guard case .impossible = error, !required.contains(name) else { throw error }
            }
        }
        for name in required where declared[name] == nil {
            guard more != false else { throw .impossible }
            let value = try expression(more ?? true, place.inside(name))
            members.append(Member(pair: "\(Self.key(name)) \(value)", isRequired: true))
        }
        var further: String?
        if let more, more != false {
            let value = try expression(more, place.inside("additionalProperties"))
            let names = Array(declared.keys) + required
            further = rules.name(like: place.name + "-more")
            let key = otherKey(than: names, place)
            rules.add(further ?? "", "\(key) \": \" \(value)")
        }
        let name = rules.name(like: place.name)
        rules.add(name, "\"{\" \(list(members, further, name)) \"}\"")
        return name
    }

    private static func key(_ name: String) -> String {
        GrammarChoice.literal(Value.string(name).json(.compact) + ": ")
    }

    /// Members in order, with commas between those that are there.
    private mutating func list(_ members: [Member], _ further: String?, _ name: String) -> String {
        // From the end: what may follow where something is written before.
        var rest = further.map { "(\", \" \($0))*" } ?? ""
        var first = further.map { "(\($0) (\", \" \($0))*)?" } ?? ""
        for (index, member) in members.enumerated().reversed() {
            let following = rest.isEmpty ? "" : rules.name(like: "\(name)-\(index + 1)")
            if !rest.isEmpty { rules.add(following, rest) }
            let with = following.isEmpty ? member.pair : "\(member.pair) \(following)"
            if member.isRequired {
                first = with
                rest = "\", \" \(with)"
            } else {
                first = first.isEmpty ? "(\(with))?" : "(\(with) | \(first))"
                rest = following.isEmpty ? "(\", \" \(member.pair))?" : "(\", \" \(member.pair))? \(following)"
            }
        }
        return first
    }

    /// A key that is none of these names.
    private mutating func otherKey(than names: [String], _ place: SchemaPlace) -> String {
        let plain = names.filter { Value.string($0).json(.compact).utf8.count == $0.utf8.count + 2 }
        let rule = rules.name(like: place.name + "-key")
        rules.add(rule, "\"\\\"\" \(ending(plain.map { Array($0.unicodeScalars)[...] }))")
        return rule
    }

    /// How a key may go on whose beginning is that of all these names, of which the rests are given.
    private mutating func ending(_ rests: [ArraySlice<Unicode.Scalar>]) -> String {
        let character = character
        guard !rests.isEmpty else { return "\(character)* \"\\\"\"" }
        var parts: [String] = []
        if !rests.contains(where: \.isEmpty) { parts.append("\"\\\"\"") }
        let following = OrderedDictionary(grouping: rests.filter { !$0.isEmpty }) { $0.first ?? " " }
        let known = following.keys.map { Self.inClass($0) }.joined()
        parts.append("[^\"\\\\\\x00-\\x1f\\x7f\(known)] \(character)* \"\\\"\"")
        for (scalar, rests) in following {
            parts.append("\(GrammarChoice.literal(String(scalar))) \(ending(rests.map { $0.dropFirst() }))")
        }
        return "(\(parts.joined(separator: " | ")))"
    }

    /// A character between brackets.
    static func inClass(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "]", "[", "\\", "-", "^": return "\\\(scalar)"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            guard scalar.value < 0x20 else { return String(scalar) }
            return "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        }
    }

    // MARK: Arrays

    /// Beyond it a number of items is left to the check.
    private static let mostCounted = 2000

    mutating func array(_ keywords: Mapping, _ place: SchemaPlace) throws(Failure) -> String {
        var first: [String] = []
        for (index, schema) in (keywords["prefixItems"]?.list ?? []).enumerated() {
            first.append(try expression(schema, place.inside("prefixItems-\(index)")))
        }
        var least = keywords["minItems"]?.integer ?? 0
        var most = keywords["maxItems"]?.integer
        if least > Self.mostCounted || most ?? 0 > Self.mostCounted {
            leaveOpen("minItems or maxItems", place)
            least = min(least, Self.mostCounted)
            most = nil
        }
        var others: String?
        let items = keywords["items"] ?? (keywords["unevaluatedItems"] == false ? false : true)
        if items != false, most.map({ $0 > first.count }) ?? true {
            do throws(Failure) {
                others = try expression(items, place.inside("items"))
            } catch {
                guard case .impossible = error else { throw error }
            }
        }
        if others == nil { most = min(most ?? first.count, first.count) }
        guard least <= most ?? .max else { throw .impossible }
        let name = rules.name(like: place.name)
        rules.add(name, "\"[\" \(row(of: first, others, least, most)) \"]\"")
        return name
    }

    private func row(
        of first: [String], _ others: String?, _ least: Int, _ most: Int?
    ) -> String {
        let counted = first.prefix(most ?? .max)
        // What follows those that have schemas of their own.
        var rest = ""
        let leastMore = max(0, least - counted.count)
        if let others, most.map({ $0 > counted.count }) ?? true {
            let mostMore = most.map { "\($0 - counted.count)" } ?? ""
            if counted.isEmpty {
                let more =
                    "\(others) (\", \" \(others)){\(max(0, leastMore - 1)),\(most.map { "\(max(0, $0 - 1))" } ?? "")}"
                return leastMore > 0 ? more : "(\(more))?"
            }
            rest = "(\", \" \(others)){\(leastMore),\(mostMore)}"
        }
        for (index, item) in counted.enumerated().reversed() {
            let part = (index == 0 ? "" : "\", \" ") + item + (rest.isEmpty ? "" : " \(rest)")
            rest = index < least ? part : "(\(part))?"
        }
        return rest
    }
}
