import OrderedCollections

// Values may be nested deeper than a small thread stack is for recursion: what is still to compare waits in a list.
extension Value: Hashable {
    /// Structural: `1` and `1.0` differ, and so do mappings whose keys have another order.
    /// ``isEqual(to:)`` compares as Jinja's `==` does.
    package static func == (left: Value, right: Value) -> Bool {
        var pending: [(Value, Value)] = []
        var pair: (Value, Value)? = (left, right)
        while let (left, right) = pair {
            guard sameAtTop(left, right, &pending) else { return false }
            pair = pending.popLast()
        }
        return true
    }

    private static func sameAtTop(_ left: Value, _ right: Value, _ pending: inout [(Value, Value)]) -> Bool {
        switch (left, right) {
        case (.null, .null): return true
        case (.boolean(let left), .boolean(let right)): return left == right
        case (.integer(let left), .integer(let right)): return left == right
        case (.number(let left), .number(let right)): return left == right
        case (.string(let left), .string(let right)): return left == right
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            guard left.count == right.count else { return false }
            pending.append(contentsOf: zip(left, right))
            return true
        case (.mapping(let left), .mapping(let right)):
            guard left.count == right.count, left.keys == right.keys else { return false }
            pending.append(contentsOf: zip(left.values, right.values))
            return true
        case (.undefined(let left), .undefined(let right)): return left == right
        case (.callable(let left), .callable(let right)): return left == right
        case (.transient(let left), .transient(let right)): return left == right
        default: return false
        }
    }

    package func hash(into hasher: inout Hasher) {
        var pending = [self]
        while let value = pending.popLast() {
            switch value {
            case .null: hasher.combine(0)
            case .boolean(let value): hasher.combine(value)
            case .integer(let value): hasher.combine(value)
            case .number(let value): hasher.combine(value)
            case .string(let value): hasher.combine(value)
            case .list(let values), .tuple(let values):
                hasher.combine(values.count)
                pending += values
            case .mapping(let entries):
                hasher.combine(entries.keys)
                pending += entries.values
            case .undefined(let value): hasher.combine(value)
            case .callable(let value): hasher.combine(value)
            case .transient(let value): hasher.combine(value)
            }
        }
    }

    /// Whether the two are equal by Jinja's `==`: `1`, `1.0` and `true` are, and the order of keys does not matter.
    package func isEqual(to other: Value) -> Bool {
        var budget = Int.max
        return isEqual(to: other, budget: &budget)
    }

    /// - Parameter budget: How many values may be looked at; negative afterwards where that was not enough.
    func isEqual(to other: Value, budget: inout Int) -> Bool {
        var pending: [(Value, Value)] = []
        var pair: (Value, Value)? = (self, other)
        while let (left, right) = pair {
            budget -= 1
            guard budget >= 0, Self.equalAtTop(left, right, &pending) else { return false }
            pair = pending.popLast()
        }
        return true
    }

    private static func equalAtTop(_ left: Value, _ right: Value, _ pending: inout [(Value, Value)]) -> Bool {
        switch (left, right) {
        case (.null, .null): return true
        case (.string(let left), .string(let right)): return left.isSame(as: right)
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            guard left.count == right.count else { return false }
            pending.append(contentsOf: zip(left, right))
            return true
        case (.mapping(let left), .mapping(let right)):
            guard left.count == right.count else { return false }
            for (key, value) in left {
                guard let other = right[key] else { return false }
                pending.append((value, other))
            }
            return true
        case (.callable(let left), .callable(let right)): return left == right
        case (.transient(let left), .transient(let right)): return left == right
        case (.number, _), (.integer, _), (.boolean, _):
            guard let left = Numeric(left), let right = Numeric(right) else { return false }
            return left == right
        default: return false
        }
    }
}

extension String {
    /// Equality by Unicode scalars, as Python has it: Swift's own `==` takes canonically equivalent strings as equal.
    func isSame(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return utf8.elementsEqual(other.utf8)
    }
}
