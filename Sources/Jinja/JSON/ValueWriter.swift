import OrderedCollections

/// Separators and indentation of written lists and mappings.
struct ValueLayout: Sendable {
    var itemSeparator = ", "
    var keySeparator = ": "
    /// What one level is moved in by; `nil` keeps everything on one line.
    var indentation: String?
    var sortsKeys = false
    /// Whether everything outside ASCII is escaped.
    var escapesUnicode = false

    init() {}

    init(_ style: JSONStyle) {
        switch style {
        case .compact: (itemSeparator, keySeparator) = (",", ":")
        case .spaced: break
        case .pretty(let indent):
            itemSeparator = ","
            indentation = String(repeating: " ", count: min(max(indent, 0), 64))
        }
    }
}

/// Writes values as JSON or as Python's `repr`, without using thread stack for nesting.
struct ValueWriter {
    enum Dialect: Sendable {
        case json
        case python
    }

    private enum Open {
        case list([Value], close: String)
        case mapping(Mapping)
    }

    let layout: ValueLayout
    let dialect: Dialect
    /// Writing stops once the output is longer than this.
    var byteLimit = Int.max
    /// What handles stand for: namespaces show their entries.
    var resolve: ((Transient) -> String)?

    private(set) var output = ""
    /// The first undefined value met, which stands for nothing that could be written.
    private(set) var undefined: Undefined?
    /// The first value met that JSON has no word for: a function, a loop.
    private(set) var unwritable: Value?

    init(layout: ValueLayout, dialect: Dialect) {
        self.layout = layout
        self.dialect = dialect
    }

    var isOverLimit: Bool { output.utf8.count > byteLimit }

    mutating func write(_ root: Value) {
        var stack: [(open: Open, next: Int)] = []
        if let open = begin(root) { stack.append((open, 0)) }
        while let (open, next) = stack.last, !isOverLimit {
            let level = stack.count
            switch open {
            case .list(let values, let close):
                guard next < values.count else {
                    end(close, level: level, tupleOfOne: close == ")" && values.count == 1)
                    stack.removeLast()
                    continue
                }
                separate(next, level)
                stack[level - 1].next = next + 1
                if let inner = begin(values[next]) { stack.append((inner, 0)) }
            case .mapping(let entries):
                guard next < entries.count else {
                    end("}", level: level, tupleOfOne: false)
                    stack.removeLast()
                    continue
                }
                separate(next, level)
                stack[level - 1].next = next + 1
                quote(entries.keys[next])
                output += layout.keySeparator
                if let inner = begin(entries.values[next]) { stack.append((inner, 0)) }
            }
        }
    }

    /// Writes a scalar, or opens a container.
    private mutating func begin(_ value: Value) -> Open? {
        switch value {
        case .null: output += dialect == .json ? "null" : "None"
        case .boolean(let value):
            output += dialect == .json ? (value ? "true" : "false") : (value ? "True" : "False")
        case .integer(let value): output += String(value)
        case .number(let value):
            output += dialect == .json && !value.isFinite ? "null" : NumberText.shortest(value)
        case .string(let text): quote(text)
        case .list(let values):
            output += "["
            if values.isEmpty { output += "]" } else { return .list(values, close: "]") }
        case .tuple(let values):
            let isJSON = dialect == .json
            output += isJSON ? "[" : "("
            if values.isEmpty { output += isJSON ? "]" : ")" } else { return .list(values, close: isJSON ? "]" : ")") }
        case .mapping(let entries):
            output += "{"
            if entries.isEmpty {
                output += "}"
            } else {
                return .mapping(layout.sortsKeys ? entries.sortedByKey : entries)
            }
        case .undefined(let value):
            if undefined == nil { undefined = value }
            output += dialect == .json ? "null" : "Undefined"
        case .callable(let callable):
            if unwritable == nil { unwritable = value }
            output += dialect == .json ? "null" : "<function \(callable.name)>"
        case .transient(let handle):
            if unwritable == nil { unwritable = value }
            output += dialect == .json ? "null" : resolve?(handle) ?? "<\(handle.kind.name)>"
        }
        return nil
    }

    private mutating func separate(_ index: Int, _ level: Int) {
        if index > 0 { output += layout.itemSeparator }
        newline(level)
    }

    private mutating func end(_ close: String, level: Int, tupleOfOne: Bool) {
        if tupleOfOne { output += "," }
        newline(level - 1)
        output += close
    }

    private mutating func newline(_ level: Int) {
        guard let indentation = layout.indentation else { return }
        output += "\n"
        for _ in 0..<level { output += indentation }
    }

    private mutating func quote(_ text: String) {
        switch dialect {
        case .json: Quoting.json(text, escapesUnicode: layout.escapesUnicode, into: &output)
        case .python: Quoting.python(text, into: &output)
        }
    }
}

extension OrderedDictionary<String, Value> {
    /// The same entries in the order of their keys' code points.
    var sortedByKey: Mapping {
        var entries = self
        entries.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return entries
    }
}
