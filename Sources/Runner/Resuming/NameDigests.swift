import Jinja
import OrderedCollections
import Synchronization
import Workflow

/// The digests of the values that the steps of one list see, by which it is told whether a result still holds.
///
/// What is the same for all items of a loop is digested once for all of them.
struct NameDigests: Sendable {
    /// What is the list's own: the names of its items, `steps.ID` of its steps. All else is the same around it.
    private let own: Set<String>
    private let outer: Shared?

    /// The values around a loop, with the digests of those that were asked for.
    private final class Shared: Sendable {
        private let names: Mapping
        private let digests: NameDigests
        private let known = Mutex<[String: String]>([:])

        init(_ names: Mapping, _ digests: NameDigests) {
            self.names = names
            self.digests = digests
        }

        func digest(of reference: Reference) -> String {
            let key = reference.written
            if let digest = known.withLock({ $0[key] }) { return digest }
            let digest = digests.digest(of: reference, names)
            known.withLock { $0[key] = digest }
            return digest
        }
    }

    private init(own: Set<String>, outer: Shared?) {
        self.own = own
        self.outer = outer
    }

    /// For the steps of a workflow.
    static let top = NameDigests(own: [], outer: nil)

    /// For what is done with each item of a loop.
    ///
    /// - Parameters:
    ///   - names: what the loop itself sees.
    ///   - items: the names that differ from item to item.
    func inside(_ names: Mapping, items: Set<String>) -> NameDigests {
        NameDigests(own: items, outer: Shared(names, self))
    }

    /// For nested steps, which see each other.
    func adding(_ steps: [Step]) -> NameDigests {
        guard outer != nil else { return self }
        return NameDigests(own: own.union(steps.map { "steps.\($0.id)" }), outer: outer)
    }

    func digest(of reference: Reference, _ names: Mapping) -> String {
        guard let outer, !own.contains(reference.root), reference.root != "steps" else {
            return TextDigest.of(Self.value(of: reference, in: names))
        }
        return outer.digest(of: reference)
    }

    /// One digest of all values that references stand for.
    func digest(of references: [Reference], _ names: Mapping) -> String {
        var seen: Set<String> = []
        var digest = TextDigest()
        for reference in references where seen.insert(reference.written).inserted {
            digest.add(reference.written)
            digest.add(self.digest(of: reference, names))
        }
        return digest.text
    }

    /// As much of the path as leads to a value: what comes behind is a part of it.
    private static func value(of reference: Reference, in names: Mapping) -> String {
        guard var value = names[reference.name] else { return "" }
        for segment in reference.path where !segment.isCalled {
            let next: Value? =
                switch segment.key {
                case .name(let key): value.mapping?[key]
                case .index(let index): value.list.flatMap { $0.indices.contains(index) ? $0[index] : nil }
                }
            guard let next else { break }
            value = next
        }
        return value.json(.compact)
    }
}

extension Reference {
    /// `steps.a`, `item`: what it takes to find who gives the value.
    fileprivate var root: String {
        guard name == "steps", case .name(let id)? = path.first?.key else { return name }
        return "steps.\(id)"
    }

    /// The reference as one text.
    fileprivate var written: String {
        path.reduce(name) { text, segment in
            // A key may hold a dot.
            switch segment.key {
            case .name(let key): "\(text).\(Value.string(key).json(.compact))"
            case .index(let index): "\(text)[\(index)]"
            }
        }
    }
}
