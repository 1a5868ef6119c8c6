import OrderedCollections

/// What a name, key or index that does not exist evaluates to: it knows what was looked for, to say so when it is used.
package final class Undefined: Sendable, Hashable {
    enum Reason: Sendable, Hashable {
        /// A name that nothing defines.
        case name(String)
        /// A key or attribute; with the source of its owner where it stands there, and the keys that exist.
        case member(String, owner: SourceRange?, kind: String, names: OrderedSet<String>)
        case index(Int, owner: SourceRange?, count: Int)
        /// A whole sentence.
        case hint(String)
        /// An `if` without `else` whose condition is false.
        case leftOut
    }

    let reason: Reason
    /// The place in the template, as UTF-8 bytes.
    let place: SourceRange
    /// Whether it counts as empty text, as false and as an empty list, where others are errors.
    let isLenient: Bool

    init(_ reason: Reason, place: SourceRange, isLenient: Bool) {
        self.reason = reason
        self.place = place
        self.isLenient = isLenient
    }

    package static func == (left: Undefined, right: Undefined) -> Bool {
        left === right || (left.reason == right.reason && left.place == right.place)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(reason)
        hasher.combine(place)
    }

    /// - Parameter candidates: The names that exist, for a name that does not.
    func error(source: SourceText, candidates: [String]) -> TemplateError {
        // What a filter found has no place of its own: the error gets that of the filter.
        let place = place.length == 0 ? nil : place
        switch reason {
        case .name(let name):
            return TemplateError(
                .undefined, "`\(name)` is not defined", suggestion: nearest(name, among: candidates), at: place)
        case .member(let name, let owner, let kind, let names):
            let what = kind == "mapping" ? "key" : "attribute"
            let noun = owner.map { "`\(source.shortText($0))`" } ?? "a \(kind)"
            return TemplateError(
                .undefined, "\(noun) has no \(what) `\(name)`", suggestion: nearest(name, among: names), at: place)
        case .index(let index, let owner, let count):
            let noun = owner.map { "`\(source.shortText($0))`" } ?? "the list"
            return TemplateError(
                .undefined, "\(noun) has \(count) element\(count == 1 ? "" : "s"), and none at index \(index)",
                at: place)
        case .hint(let message): return TemplateError(.undefined, message, at: place)
        case .leftOut:
            return TemplateError(.undefined, "the condition is false and there is no `else`", at: place)
        }
    }
}

/// A piece of a template's source, as UTF-8 bytes.
struct SourceRange: Sendable, Hashable {
    var offset: Int
    var length: Int

    /// From the start of this piece to the end of the other.
    func through(_ other: SourceRange) -> SourceRange {
        SourceRange(offset: offset, length: max(length, other.offset + other.length - offset))
    }
}
