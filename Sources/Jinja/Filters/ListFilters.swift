import OrderedCollections

extension Builtins {
    /// Filters that look at or rearrange lists.
    static let listFilters: [String: Filter] = [
        "length": length, "count": length,
        "first": Filter { value, _, renderer throws(TemplateError) in
            try renderer.items(of: value).first ?? missing("there is no first element: nothing is there", renderer)
        },
        "last": Filter { value, _, renderer throws(TemplateError) in
            try renderer.items(of: value).last ?? missing("there is no last element: nothing is there", renderer)
        },
        "list": Filter { value, _, renderer throws(TemplateError) in .list(try renderer.items(of: value)) },
        "reverse": Filter { value, _, renderer throws(TemplateError) in
            if case .string(let text) = value {
                try renderer.charge(text: text.utf8.count)
                return .string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
            }
            let items = try renderer.items(of: value)
            try renderer.checkCount(items.count)
            return .list(items.reversed())
        },
        "join": Filter(["d", "attribute"]) { value, arguments, renderer throws(TemplateError) in
            let path = try AttributePath(arguments[1])
            let items = try renderer.items(of: value)
            try renderer.charge(items.count)
            var parts: [String] = []
            parts.reserveCapacity(items.count)
            for item in items { parts.append(try renderer.text(try path.value(of: item, renderer))) }
            return .string(try renderer.join(parts, with: try renderer.text(arguments[0] ?? "")))
        },
        "sum": Filter(["attribute", "start"]) { value, arguments, renderer throws(TemplateError) in
            let path = try AttributePath(arguments[0])
            var sum = arguments[1] ?? .integer(0)
            if case .string = sum { throw TemplateError(.type, "`sum` adds numbers; `join` joins strings") }
            for item in try renderer.items(of: value) {
                try renderer.step()
                sum = try renderer.compute(.add, sum, try path.value(of: item, renderer))
            }
            return sum
        },
        "batch": Filter(["linecount", "fill_with"], required: 1) { value, arguments, renderer throws(TemplateError) in
            try batches(value, arguments, renderer)
        },
        "slice": Filter(["slices", "fill_with"], required: 1) { value, arguments, renderer throws(TemplateError) in
            try slices(value, arguments, renderer)
        },
    ]

    private static let length = Filter { value, _, renderer throws(TemplateError) in
        .integer(try renderer.length(of: value))
    }

    static func missing(_ message: String, _ renderer: Renderer) -> Value {
        renderer.undefined(.hint(message), SourceRange(offset: 0, length: 0))
    }

    /// Rows of so many elements each.
    private static func batches(
        _ value: Value, _ arguments: BoundArguments, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        let items = try renderer.items(of: value)
        let size = try arguments.integer(0)
        guard size > 0 else { throw TemplateError(.argument, "the argument `linecount` of `batch` must be above 0") }
        try renderer.checkCount(items.count)
        var rows: [Value] = []
        var start = 0
        while start < items.count {
            let end = start + min(size, items.count - start)
            var row = Array(items[start..<end])
            if row.count < size, !arguments.isNullOrMissing(1), let fill = arguments[1] {
                try renderer.checkCount(size - row.count)
                row += Array(repeating: fill, count: size - row.count)
            }
            rows.append(.list(row))
            start = end
        }
        try renderer.checkNesting(of: .list(rows))
        return .list(rows)
    }

    /// So many columns of nearly the same length.
    private static func slices(
        _ value: Value, _ arguments: BoundArguments, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        let items = try renderer.items(of: value)
        let count = try arguments.integer(0)
        guard count != 0 else { throw TemplateError(.argument, "the argument `slices` of `slice` must not be 0") }
        guard count > 0 else { return .list([]) }
        try renderer.checkCount(items.count + min(count, Int.max / 4))
        let size = items.count / count
        let longer = items.count % count
        var columns: [Value] = []
        var start = 0
        for index in 0..<count {
            let end = start + size + (index < longer ? 1 : 0)
            var column = Array(items[start..<end])
            if index >= longer, !arguments.isNullOrMissing(1), let fill = arguments[1] { column.append(fill) }
            columns.append(.list(column))
            start = end
        }
        try renderer.checkNesting(of: .list(columns))
        return .list(columns)
    }
}
