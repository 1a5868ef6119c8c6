import Jinja

extension SchemaChecker {
    mutating func check(_ rule: NumberRule, _ value: Value) -> Bool {
        let fits: Bool
        let expectation: String
        switch rule {
        case .multiple(let step, let text):
            fits = ExactNumber(value)?.isMultiple(of: step) ?? false
            expectation = "a multiple of \(text)"
        case .atLeast(let bound):
            fits = value.isLess(than: bound) == false
            expectation = "at least \(bound.json())"
        case .atMost(let bound):
            fits = bound.isLess(than: value) == false
            expectation = "at most \(bound.json())"
        case .moreThan(let bound):
            fits = bound.isLess(than: value) == true
            expectation = "more than \(bound.json())"
        case .lessThan(let bound):
            fits = value.isLess(than: bound) == true
            expectation = "less than \(bound.json())"
        }
        if !fits { report("must be \(expectation), not \(value.json())") }
        return fits
    }

    mutating func check(_ rule: StringRule, _ text: String) -> Bool {
        switch rule {
        case .atLeast(let fewest): return checkCount(text.unicodeScalars.count, .fewest(fewest), "character")
        case .atMost(let most): return checkCount(text.unicodeScalars.count, .most(most), "character")
        case .pattern(let pattern):
            guard let matches = matches(text, pattern) else { return false }
            if !matches {
                report("must match the pattern `\(pattern.source)`, which \(Wording.short(.string(text))) does not")
            }
            return matches
        }
    }

    /// - Returns: `nil` where the check is given up for it.
    mutating func matches(_ text: String, _ pattern: SchemaPattern) -> Bool? {
        guard let matches = pattern.matches(text) else {
            _ = stop("takes too long to be compared with the pattern `\(pattern.source)`")
            return nil
        }
        return matches
    }

    enum Bound {
        case fewest(Int)
        case most(Int)
    }

    /// - Parameter noun: What is counted, in the singular.
    mutating func checkCount(_ count: Int, _ bound: Bound, _ noun: String) -> Bool {
        switch bound {
        case .fewest(let fewest):
            guard count < fewest else { return true }
            report("must have at least \(Wording.count(fewest, noun)), not \(count)")
        case .most(let most):
            guard count > most else { return true }
            report("must have at most \(Wording.count(most, noun)), not \(count)")
        }
        return false
    }
}
