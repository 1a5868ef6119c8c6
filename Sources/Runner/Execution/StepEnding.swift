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

    static let skipped = StepEnding(outcome: .skipped)

    init(outcome: StepOutcome, result: Mapping = [:], failure: (any Error)? = nil) {
        self.outcome = outcome
        self.result = result
        self.failure = failure
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
        var open = step.needs
        var seen: Set<String> = []
        while let id = open.popLast() {
            guard seen.insert(id).inserted, let other = steps.first(where: { $0.id == id }) else { continue }
            switch endings[id]?.outcome {
            case .failed where !other.continuesOnError: return true
            case .interrupted: return true
            default: open += other.needs
            }
        }
        return false
    }
}
