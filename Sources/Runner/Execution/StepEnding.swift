import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

/// How a step ended, with what it gave.
struct StepEnding: Sendable {
    var outcome: StepOutcome
    var result: Mapping = [:]
    /// Why it failed or was interrupted.
    var failure: (any Error)?
    /// What failed inside and was let pass.
    var failures = InnerFailures.none
    /// Whether it was done in an earlier attempt at the run, and not now.
    var isReused = false
    /// When it was done; `nil` for a step that was skipped.
    var ended: Date?

    static let skipped = StepEnding(outcome: .skipped)

    init(
        outcome: StepOutcome, result: Mapping = [:], failure: (any Error)? = nil, failures: InnerFailures = .none
    ) {
        self.outcome = outcome
        self.result = result
        self.failure = failure
        self.failures = failures
    }

    init(failure: any Error) {
        self.init(outcome: StepExecution.outcome(of: failure), failure: failure)
    }

    /// What later steps find under `steps.ID`: what the step gave and, where the workflow speaks of them, its state
    /// and its error. A result of the same name that is the step's own stays.
    func visible(withState: Bool) -> Mapping {
        guard withState else { return result }
        var visible = result
        if visible["state"] == nil { visible["state"] = .string(outcome.word) }
        if visible["error"] == nil {
            visible["error"] =
                failure.map(RecordedError.init).map { error in
                    ["code": .string(error.code), "message": .string(error.message)]
                } ?? .null
        }
        return visible
    }
}

/// The steps of one list that have ended.
struct StepEndings: Sendable {
    private let steps: [Step]
    private let demands: Demands
    private var endings: [String: StepEnding] = [:]
    /// Where each step stands in the file.
    private let places: [String: Int]
    /// The furthest of those that have ended.
    private var furthest = -1
    /// What the steps gave, in the order of the file, whatever finished first.
    private(set) var results: Mapping = [:]
    /// The failure that ends the list: the first one of a step without `continue_on_error`.
    private(set) var failure: (any Error)?

    init(_ steps: [Step], demands: Demands) {
        self.steps = steps
        self.demands = demands
        places = Dictionary(
            steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func note(_ ending: StepEnding, of step: Step) {
        endings[step.id] = ending
        let place = places[step.id] ?? 0
        results[step.id] = .mapping(ending.visible(withState: demands.states.contains(step.id)))
        // Long lists are chains: only what finished out of turn is worth sorting.
        if place < furthest { results.sort { places[$0.key] ?? 0 < places[$1.key] ?? 0 } }
        furthest = max(furthest, place)
        switch ending.outcome {
        case .failed where !step.continuesOnError: failure = failure ?? ending.failure
        default: break
        }
    }

    func hasEnded(_ id: String) -> Bool { endings[id] != nil }

    /// What the functions of `if` tell a step of those that it waits for, directly and through others.
    func hasFailure(before step: Step) -> Bool {
        isSo(before: step) { other, ending in
            switch ending.outcome {
            case .failed: !other.continuesOnError
            case .interrupted: true
            default: false
            }
        }
    }

    /// Whether one of those that a step waits for, directly and through others, was done now and not before.
    func hasNewWork(before step: Step) -> Bool {
        isSo(before: step) { _, ending in !ending.isReused && ending.outcome != .skipped }
    }

    /// When the last of those was done, in this attempt at the run or in an earlier one.
    func lastEnd(before step: Step) -> Date? {
        var last: Date?
        _ = isSo(before: step) { _, ending in
            if let ended = ending.ended { last = max(last ?? ended, ended) }
            return false
        }
        return last
    }

    private func isSo(before step: Step, _ condition: (Step, StepEnding) -> Bool) -> Bool {
        var open = step.needs
        var seen: Set<String> = []
        while let id = open.popLast() {
            guard seen.insert(id).inserted, let place = places[id], let ending = endings[id] else { continue }
            if condition(steps[place], ending) { return true }
            open += steps[place].needs
        }
        return false
    }
}
