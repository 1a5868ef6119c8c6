import Jinja

/// `foreach:` runs a step, or nested steps, once for each item of a list.
package struct Foreach: Declared {
    /// What a failed item means for the others.
    package enum ErrorPolicy: String, Sendable, CaseIterable {
        case `continue`, stop
    }

    package var items = TemplatedValue.constant(.list([]))
    package var itemName = "item"
    /// What an item is called beside that, in steps that were taken out of another loop.
    package var otherName: String?
    package var key: TemplatedText?
    package var isOnce = false
    package var maxParallel = 1
    package var onError = ErrorPolicy.stop

    package init() {}

    package static let shorthand: String? = "items"
    package static let fields: [Field<Self>] = [
        .required(
            "items", \.items, .items,
            "The list; in the steps, `item` is its current element and `index` its place, from 0. Of a mapping, each item has a `key` and a `value`."
        ),
        .optional("as", \.itemName, .identifier, default: "item", "Another name for `item`."),
        .optional(
            "key", \.key, .someText,
            "What tells an item from others, also across runs: `${{ item.sha256 }}`. It is seen in `nightjar runs items`."
        ),
        .optional(
            "once", \.isOnce, .boolean, default: false,
            "Whether an item whose `key` was done by this step in any earlier run is not done again: what it gave then is taken. A changed step does all items again, and so does `--fresh`."
        ),
        .optional(
            "max_parallel", \.maxParallel, .integer(1...256), default: 1,
            "How many items are worked on at the same time."),
        .optional(
            "on_error", \.onError, .choice(), default: "stop",
            "`stop` ends the run at the first failed item; `continue` goes on, and the run then ends as partial."),
    ]

    /// The names that differ from item to item.
    package var ownNames: Set<String> { Set([itemName, "index", otherName].compactMap(\.self)) }

    package func validate(at place: Place, _ decoding: Decoding) {
        if itemName == "index" || RunNames.everywhere.contains(itemName) {
            decoding.report("`as: \(itemName)` would hide a name that every expression has: take another", at: place)
        }
        if isOnce, key == nil {
            decoding.report("`once` needs a `key`, by which an item that was done is known again", at: place)
        }
    }

    /// What expressions find under `steps.ID` of a step with `foreach`.
    static func outputs(ofEach item: Shape) -> [Shape.Member] {
        [.init("items", .list(of: item), "What each finished item gave, in the order of the items.")] + summaries
    }

    /// What is known of an item where a mapping is gone through.
    static let entryShape = Shape.mapping([.init("key", .text), .init("value", .any)])

    /// The outputs that need no item's results.
    static let summaries: [Shape.Member] = [
        .init("count", .integer, "How many items there were."),
        .init("done", .integer, "How many items finished."),
        .init(
            "failed",
            .list(
                of: .mapping([
                    .init("index", .integer), .init("item", .any), .init("error", .text),
                ])), "The items that failed, each with its `index`, `item` and `error`."),
    ]
}
