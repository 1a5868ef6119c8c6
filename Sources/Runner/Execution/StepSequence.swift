import History
import Jinja
import OrderedCollections
import Workflow

/// The steps of one list, each started as soon as those that it waits for have finished.
struct StepSequence: Sendable {
    let run: RunContext
    let steps: [Step]

    /// Where in the run a list of steps stands.
    struct Surroundings: Sendable {
        /// `triage[3]`: what a nested step's path begins with.
        var path: String
        var depth: Int
        var item: ItemRowID?
    }

    /// - Parameter surroundings: `nil` for the steps of the workflow itself.
    /// - Returns: what each step gave, by its id.
    /// - Throws: the first failure, after the steps beside it were cancelled and have ended.
    func execute(_ names: Mapping, inside surroundings: Surroundings?) async throws -> Mapping {
        // The usual list is a chain, which needs no tasks.
        var results: Mapping = [:]
        if isChain {
            for step in steps {
                results[step.id] = .mapping(
                    try await StepExecution(run: run, step: step, surroundings: surroundings)
                        .execute(names.adding(steps: results)))
            }
            return results
        }
        var waiting = steps
        return try await withThrowingTaskGroup(of: (String, Mapping).self) { group in
            func startReady() {
                let ready = waiting.filter { step in step.needs.allSatisfy { results[$0] != nil } }
                waiting.removeAll { step in ready.contains { $0.id == step.id } }
                for step in ready {
                    let execution = StepExecution(run: run, step: step, surroundings: surroundings)
                    let visible = names.adding(steps: results)
                    group.addTask { (step.id, try await execution.execute(visible)) }
                }
            }
            startReady()
            while let (id, result) = try await group.next() {
                results[id] = .mapping(result)
                startReady()
            }
            // In the order of the file, whatever finished first.
            return Mapping(
                steps.compactMap { step in results[step.id].map { (step.id, $0) } },
                uniquingKeysWith: { first, _ in first })
        }
    }

    private var isChain: Bool {
        zip(steps.dropFirst(), steps).allSatisfy { step, previous in step.needs.contains(previous.id) }
    }
}
