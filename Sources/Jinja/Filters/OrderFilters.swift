import OrderedCollections

extension Builtins {
    /// Filters that compare elements: sorting, groups, extremes, duplicates.
    static let orderFilters: [String: Filter] = [
        "sort": Filter(["reverse", "case_sensitive", "attribute"]) { value, arguments, renderer throws(TemplateError) in
            let items = try renderer.items(of: value)
            let paths = try AttributePath.several(arguments[2])
            var keys: [Value] = []
            keys.reserveCapacity(items.count)
            for item in items {
                var parts: [Value] = []
                for path in paths {
                    parts.append(try key(path, item, caseSensitive: arguments.flag(1), renderer))
                }
                keys.append(parts.count == 1 ? parts[0] : .list(parts))
            }
            return .list(try renderer.sorted(items, by: keys, reverse: arguments.flag(0)))
        },
        "dictsort": Filter(["case_sensitive", "by", "reverse"]) { value, arguments, renderer throws(TemplateError) in
            guard case .mapping(let entries) = value else {
                throw TemplateError(.type, "`dictsort` needs a mapping, not \(value.kindPhrase)")
            }
            let by = try arguments.string(1, default: "key")
            guard by == "key" || by == "value" else {
                throw TemplateError(.argument, "the argument `by` of `dictsort` is `key` or `value`")
            }
            let pairs = try renderer.pairs(of: entries).list ?? []
            let keys = pairs.map { folded($0[by == "key" ? 0 : 1] ?? .null, arguments.flag(0)) }
            return .list(try renderer.sorted(pairs, by: keys, reverse: arguments.flag(2)))
        },
        "unique": Filter(["case_sensitive", "attribute"]) { value, arguments, renderer throws(TemplateError) in
            let path = try AttributePath(arguments[1])
            var seen: Set<EqualityKey> = []
            var results: [Value] = []
            for item in try renderer.items(of: value) {
                let key = try key(path, item, caseSensitive: arguments.flag(0), renderer)
                try renderer.step()
                if seen.insert(try EqualityKey(key, renderer)).inserted { results.append(item) }
            }
            return .list(results)
        },
        "min": extreme(wantsLess: true),
        "max": extreme(wantsLess: false),
        "groupby": Filter(["attribute", "default", "case_sensitive"], required: 1) {
            value, arguments, renderer throws(TemplateError) in
            try groups(value, arguments, renderer)
        },
    ]

    private static func key(
        _ path: AttributePath, _ item: Value, caseSensitive: Bool, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        let value = try path.value(of: item, renderer)
        try renderer.refuseStrictUndefined(value)
        return folded(value, caseSensitive)
    }

    private static func folded(_ value: Value, _ caseSensitive: Bool) -> Value {
        if !caseSensitive, case .string(let text) = value { return .string(text.pythonLowercased) }
        return value
    }

    private static func extreme(wantsLess: Bool) -> Filter {
        Filter(["case_sensitive", "attribute"]) { value, arguments, renderer throws(TemplateError) in
            let path = try AttributePath(arguments[1])
            var best: (item: Value, key: Value)?
            for item in try renderer.items(of: value) {
                try renderer.step()
                let key = try key(path, item, caseSensitive: arguments.flag(0), renderer)
                guard let current = best else {
                    best = (item, key)
                    continue
                }
                let order =
                    wantsLess
                    ? try renderer.order(key, current.key, "<") : try renderer.order(current.key, key, ">")
                if order == -1 { best = (item, key) }
            }
            return best?.item ?? missing("there is no smallest or largest element: nothing is there", renderer)
        }
    }

    private static func groups(
        _ value: Value, _ arguments: BoundArguments, _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        let fallback = arguments.isNullOrMissing(1) ? nil : arguments[1]
        let path = try AttributePath(arguments[0], default: fallback)
        let items = try renderer.items(of: value)
        var keys: [Value] = []
        for item in items { keys.append(try key(path, item, caseSensitive: arguments.flag(2), renderer)) }
        let order = try renderer.sortedIndices(keys, reverse: false)
        var groups: [Value] = []
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, try renderer.equal(keys[order[end]], keys[order[start]]) { end += 1 }
            let members = order[start..<end].map { items[$0] }
            let name = try path.value(of: members[0], renderer)
            groups.append(renderer.tuple([name, .list(members)]))
            start = end
        }
        try renderer.checkNesting(of: .list(groups))
        return .list(groups)
    }
}

extension Renderer {
    /// The elements in the order of their keys. Equal keys keep their order, also in reverse.
    func sorted(_ items: [Value], by keys: [Value], reverse: Bool) throws(TemplateError) -> [Value] {
        try sortedIndices(keys, reverse: reverse).map { items[$0] }
    }

    /// A stable merge sort that can fail: keys of different kinds have no order.
    func sortedIndices(_ keys: [Value], reverse: Bool) throws(TemplateError) -> [Int] {
        var indices = Array(keys.indices)
        var buffer = indices
        var width = 1
        while width < indices.count {
            try charge(indices.count)
            var start = 0
            while start < indices.count {
                let middle = min(start + width, indices.count)
                let end = min(start + 2 * width, indices.count)
                var left = start
                var right = middle
                for place in start..<end {
                    let takesRight: Bool
                    if left == middle {
                        takesRight = true
                    } else if right == end {
                        takesRight = false
                    } else if reverse {
                        takesRight = try order(keys[indices[left]], keys[indices[right]]) == -1
                    } else {
                        takesRight = try order(keys[indices[right]], keys[indices[left]]) == -1
                    }
                    buffer[place] = indices[takesRight ? right : left]
                    if takesRight { right += 1 } else { left += 1 }
                }
                start = end
            }
            swap(&indices, &buffer)
            width *= 2
        }
        return indices
    }
}

/// A value in a set, equal to others as Jinja's `==` has it. As in Python, lists and mappings have no place in one.
private enum EqualityKey: Hashable {
    case null
    case number(Double)
    case integer(Int)
    case text(String)
    case tuple(String)

    init(_ value: Value, _ renderer: Renderer) throws(TemplateError) {
        switch value {
        case .null: self = .null
        case .string(let text): self = .text(text)
        case .tuple: self = .tuple(try renderer.representation(value))
        case .integer, .number, .boolean:
            switch Numeric(value) {
            case .integer(let number)?: self = .integer(number)
            case .number(let number)?: self = Int(exactly: number).map { .integer($0) } ?? .number(number)
            case nil: self = .null
            }
        default:
            throw TemplateError(.type, "\(value.kindPhrase) cannot be looked for among others by `unique`")
        }
    }
}
