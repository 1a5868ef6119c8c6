import Runner

/// The steps of a run as a tree, as far as they have begun, kept up to date by events. Nothing here draws or knows
/// the time of day: moments are seconds since the run began.
struct ProgressTree {
    struct Node {
        enum State {
            case running
            case finished(StepOutcome, seconds: Double)
        }

        struct Items {
            var total: Int
            var finished = 0
            var failed = 0
        }

        var event: StepEvent
        var state = State.running
        var began: Double
        var items: Items?
        /// What the step says of itself: a file it wrote, the model it loads.
        var remark: String?
        /// Whether the remark is about an attempt to come.
        var isWaiting = false
        var tokensPerSecond: Double?
    }

    /// A model that speaks at this moment.
    private struct Speech {
        var began: Double
        var tokens: Int
    }

    /// In the order in which they began.
    private(set) var nodes: [Node] = []
    private(set) var title = ""
    private(set) var isFinished = false
    private var speech: [String: Speech] = [:]

    mutating func apply(_ event: RunEvent, at moment: Double) {
        switch event {
        case .runStarted(let id, let workflow, _): title = "\(workflow)  \(id)"
        case .runResumed(let id, let workflow): title = "\(workflow)  \(id), resumed"
        case .stepStarted(let step): start(step, moment)
        case .stepChanged: break
        case .itemsCounted(let step, let count):
            change(step) {
                $0.items = Node.Items(
                    total: count.total, finished: count.kept + count.reused + count.failed, failed: count.failed)
            }
        case .itemFinished(let step, _, let outcome):
            change(step) {
                $0.items?.finished += 1
                if outcome != .done, outcome != .reused { $0.items?.failed += 1 }
            }
        case .stepFinished(let step, let outcome, let seconds):
            // Inside items a step ends many times; its line lives as long as the loop.
            if !step.isInsideItems {
                if outcome == .reused { start(step, moment) }
                change(step) {
                    $0.state = .finished(outcome, seconds: seconds)
                    if $0.isWaiting { $0.remark = nil }
                }
            }
            if case .finished = nodes.first(where: { $0.event.line == step.line })?.state { removeInner(of: step) }
        case .stepRetried(let step, let attempt, _, let delay):
            change(step) {
                $0.isWaiting = true
                $0.remark = "attempt \(attempt) in \(Figures.duration(delay))"
            }
        case .modelWaiting(let step, let reason): change(step) { $0.remark = reason }
        case .modelEvaluating(let step): change(step) { $0.remark = nil }
        case .modelPassedOver(let step, let model, _): change(step) { $0.remark = "\(model) could not answer" }
        case .modelLoading(let step, let model, let progress):
            change(step) { $0.remark = progress < 1 ? "loading \(model), \(Int(progress * 100)) %" : nil }
        case .modelText(let step, _, let tokens): hear(step, tokens, moment)
        case .callFinished(let step, let call):
            speech[step.path] = nil
            if call.generationSeconds > 0 {
                change(step) { $0.tokensPerSecond = Double(call.generatedTokens) / call.generationSeconds }
            }
        case .callReused(let step, _, let source): change(step) { $0.remark = "answered from \(source)" }
        case .fileWritten(let step, let path, let bytes):
            change(step) {
                $0.isWaiting = false
                $0.remark = "\(path), \(Figures.bytes(bytes))"
            }
        case .runFinished: isFinished = true
        }
    }

    private mutating func start(_ step: StepEvent, _ moment: Double) {
        guard !nodes.contains(where: { $0.event.line == step.line }) else { return }
        nodes.append(Node(event: step, began: moment))
    }

    private mutating func change(_ step: StepEvent, _ change: (inout Node) -> Void) {
        guard let index = nodes.firstIndex(where: { $0.event.line == step.line }) else { return }
        change(&nodes[index])
    }

    private mutating func hear(_ step: StepEvent, _ tokens: Int, _ moment: Double) {
        let began = speech[step.path]?.began ?? moment
        speech[step.path] = Speech(began: began, tokens: tokens)
        let elapsed = moment - began
        if elapsed > 0.2 { change(step) { $0.tokensPerSecond = Double(tokens) / elapsed } }
    }

    /// What ran inside a finished loop is told by the loop's own line.
    private mutating func removeInner(of step: StepEvent) {
        nodes.removeAll { $0.event.isInsideItems && $0.event.line.hasPrefix(step.line + "[") }
    }
}

extension StepEvent {
    var isInsideItems: Bool { path.contains("[") }

    /// The path without the numbers of items: all items of a loop share a line.
    var line: String {
        path.withoutItemNumbers
    }
}
