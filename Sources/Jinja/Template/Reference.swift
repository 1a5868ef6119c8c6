/// A name that an expression takes from outside, with as much of its path as stands there literally.
///
/// `steps.a.items[0].b` is the name `steps` with the path `a`, `items`, `0`, `b`. Names that the template binds itself
/// (`for`, `set`, `with`, macros and their parameters) are no references.
package struct Reference: Sendable, Hashable {
    package enum Key: Sendable, Hashable {
        case name(String)
        case index(Int)
    }

    package struct Segment: Sendable, Hashable {
        package let key: Key
        /// The place of the key in the source, in UTF-8 bytes.
        package let offset: Int
        package let length: Int
        /// Whether the segment is called, as `items` in `x.items()`: it may be a method. It is the last of its path.
        package let isCalled: Bool
    }

    package let name: String
    /// The place of the name in the source, in UTF-8 bytes.
    package let offset: Int
    package let length: Int
    package let path: [Segment]
    /// How many segments of the path were given elsewhere: by the `for` that bound the name, or the list before a filter.
    /// What is wrong with these is told there.
    package let given: Int
    /// Whether the name itself is called, as `range` in `range(3)`.
    package let isCalled: Bool
    /// Whether the template deals with the value not being there: by `is defined`, `default`, or a condition around it
    /// that asked for it.
    package let isGuarded: Bool
}
