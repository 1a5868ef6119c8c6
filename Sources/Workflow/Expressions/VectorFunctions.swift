package import Jinja
import OrderedCollections

extension Environment {
    /// What expressions of workflows can use: Jinja's own, `similarity` and `nearest`.
    package static let workflow = {
        var environment = Environment()
        environment.add(Callable("similarity", VectorFunctions.similarity))
        environment.add(Callable("nearest", VectorFunctions.nearest))
        return environment
    }()
}

/// Functions that compare vectors, as `embed` makes them.
private enum VectorFunctions {
    /// `similarity(a, b)`: the cosine of the angle between two vectors, from -1 to 1.
    static func similarity(_ arguments: Arguments) throws(CallError) -> Value {
        guard arguments.positional.count == 2, arguments.named.isEmpty else {
            throw CallError("`similarity` takes two vectors")
        }
        let first = try vector(arguments.positional[0], "similarity")
        return .number(try cosine(first, try vector(arguments.positional[1], "similarity"), "similarity"))
    }

    /// `nearest(vector, vectors, count=5)`: the places of the vectors that are most alike, each with its similarity.
    static func nearest(_ arguments: Arguments) throws(CallError) -> Value {
        let count = arguments.positional.count > 2 ? arguments.positional[2] : arguments.named["count"] ?? .integer(5)
        guard (2...3).contains(arguments.positional.count), let most = count.integer, most >= 0,
            arguments.named.keys.allSatisfy({ $0 == "count" }), let list = arguments.positional[1].list
        else {
            throw CallError("`nearest` takes a vector, a list of vectors, and how many of them are wanted")
        }
        let wanted = try vector(arguments.positional[0], "nearest")
        var found: [(index: Int, similarity: Double)] = []
        for (index, value) in list.enumerated() {
            found.append((index, try cosine(wanted, try vector(value, "nearest"), "nearest")))
        }
        // Of two that are as much alike the first comes first.
        let ordered = found.sorted { ($0.similarity, $1.index) > ($1.similarity, $0.index) }
        return .list(
            ordered.prefix(most).map { ["index": .integer($0.index), "similarity": .number($0.similarity)] })
    }

    private static func vector(_ value: Value, _ function: String) throws(CallError) -> [Double] {
        guard let numbers = value.list?.map(\.number), !numbers.contains(nil) else {
            throw CallError("`\(function)` compares lists of numbers, and got \(value.kindPhrase)")
        }
        return numbers.compactMap(\.self)
    }

    private static func cosine(_ one: [Double], _ other: [Double], _ function: String) throws(CallError) -> Double {
        guard one.count == other.count else {
            throw CallError(
                "`\(function)` compares vectors of one model: one has \(one.count) numbers, the other \(other.count)")
        }
        var (product, first, second) = (0.0, 0.0, 0.0)
        for index in one.indices {
            product += one[index] * other[index]
            first += one[index] * one[index]
            second += other[index] * other[index]
        }
        let lengths = (first * second).squareRoot()
        return lengths > 0 ? min(1, max(-1, product / lengths)) : 0
    }
}
