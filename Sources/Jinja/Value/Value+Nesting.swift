import OrderedCollections

/// How deep a value is, and how many containers a walk through it meets.
///
/// Values share their parts: a list that was put into itself twice over is small in memory and huge to walk. So a walk
/// stops at a budget, too.
struct NestingSurvey {
    private(set) var isTooDeep = false
    /// The number of containers met, up to a little above the budget.
    private(set) var cost = 0

    /// Walks without using thread stack.
    init(_ value: Value, depth limit: Int, budget: Int) {
        var open: [(values: [Value], next: Int)] = []
        if let values = Self.containers(in: value) { open.append((values, 0)) }
        while let (values, next) = open.last {
            guard next < values.count else {
                open.removeLast()
                continue
            }
            open[open.count - 1].next = next + 1
            cost += 1
            if open.count > limit { isTooDeep = true }
            if isTooDeep || cost > budget { return }
            if let inner = Self.containers(in: values[next]) { open.append((inner, 0)) }
        }
    }

    /// The containers directly inside a container; `nil` where there are none.
    private static func containers(in value: Value) -> [Value]? {
        let found: [Value]
        switch value {
        case .list(let values), .tuple(let values): found = values.filter(\.isContainer)
        case .mapping(let entries): found = entries.values.filter(\.isContainer)
        default: return nil
        }
        return found.isEmpty ? nil : found
    }
}

extension Value {
    var isContainer: Bool {
        switch self {
        case .list, .tuple, .mapping: true
        default: false
        }
    }
}
