/// The names that one part of a template has given values. There are few of them: they are searched in a row.
final class Scope {
    let parent: Scope?
    private var names: [String] = []
    private var values: [Value] = []

    init(parent: Scope?) { self.parent = parent }

    func set(_ name: String, _ value: Value) {
        if let index = index(of: name) {
            values[index] = value
        } else {
            names.append(name)
            values.append(value)
        }
    }

    func value(of name: String) -> Value? { index(of: name).map { values[$0] } }

    func index(of name: String) -> Int? {
        for index in names.indices where names[index] == name { return index }
        return nil
    }

    /// Changes a value in place. The index is one that ``index(of:)`` gave.
    func change(at index: Int, _ body: (inout Value) throws(TemplateError) -> Value) throws(TemplateError) -> Value {
        try body(&values[index])
    }

    func removeAll() {
        names.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }

    /// The names of this scope and those around it.
    var visibleNames: [String] { names + (parent?.visibleNames ?? []) }
}
