import Jinja

/// Which steps of a list each step waits for, directly and through others.
struct StepOrder {
    /// For each step of the list, the ids of all the steps that are finished before it begins.
    private(set) var ancestors: [String: Set<String>] = [:]

    /// Reports what `needs` gets wrong: names of no step, steps that wait for themselves, circles.
    init(_ steps: [Step], _ decoding: Decoding) {
        let ids = steps.map(\.id)
        let byID = Dictionary(steps.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for step in steps {
            for needed in step.neededNames ?? [] where byID[needed.text] == nil {
                decoding.report(
                    "there is no step `\(needed.text)` beside `\(step.id)`", at: needed.place,
                    length: needed.text.count,
                    suggestion: nearest(needed.text, among: ids.filter { $0 != step.id }))
            }
        }
        reportCycles(steps, byID, decoding)
        for step in steps { ancestors[step.id] = Self.reachable(from: step, byID) }
    }

    /// A walk that never visits a step twice ends even where steps wait for each other.
    private static func reachable(from step: Step, _ byID: [String: Step]) -> Set<String> {
        var found: Set<String> = []
        var open = step.needs
        while let id = open.popLast() {
            guard let next = byID[id], found.insert(id).inserted else { continue }
            open += next.needs
        }
        return found.subtracting([step.id])
    }

    private func reportCycles(_ steps: [Step], _ byID: [String: Step], _ decoding: Decoding) {
        var finished: Set<String> = []
        for step in steps where !finished.contains(step.id) {
            // Depth first with the path at hand: a step that is on the path already closes a circle.
            var path: [(id: String, rest: [String])] = [(step.id, step.needs)]
            while let (id, rest) = path.last {
                guard let next = rest.first else {
                    finished.insert(id)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].rest.removeFirst()
                guard let nextStep = byID[next], !finished.contains(next) else { continue }
                if let start = path.firstIndex(where: { $0.id == next }) {
                    let circle = (path[start...].map(\.id) + [next]).map { "`\($0)`" }.joined(separator: " → ")
                    let place = byID[id]?.neededNames?.first { $0.text == next }?.place ?? nextStep.place
                    decoding.report(
                        "these steps wait for each other, so none can begin: \(circle)", at: place,
                        length: next.count)
                    continue
                }
                path.append((next, nextStep.needs))
            }
        }
    }
}
