/// How JSON is laid out. Keys keep their order, Unicode stays as it is, and nothing is escaped for HTML.
package enum JSONStyle: Sendable, Hashable {
    /// `{"a":[1,2]}`
    case compact
    /// `{"a": [1, 2]}`, as Python writes it.
    case spaced
    /// One element a line, each level moved in by this many spaces.
    case pretty(indent: Int)
}

extension Value {
    /// The value as JSON.
    ///
    /// Numbers are the shortest that read back equal, and stay numbers (`1.0` is not `1`); infinities and NaN, which JSON
    /// cannot write, are `null`, and so is what exists only inside a template.
    package func json(_ style: JSONStyle = .compact) -> String {
        var writer = ValueWriter(layout: ValueLayout(style), dialect: .json)
        writer.write(self)
        return writer.output
    }
}
