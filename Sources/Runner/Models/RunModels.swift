import Inference
import Workflow

/// The models of one run: what is known of them before it begins.
struct RunModels: Sendable {
    private let planned: PlannedModels
    private let pins: PinnedModels?

    init(_ definition: WorkflowDefinition, _ setting: RunSetting) {
        planned = PlannedModels(definition, setting)
        pins = setting.pins
    }

    /// Checks the pinned ones among the models that the workflow names, before any is called. One that cannot be asked
    /// now is checked before its own first call, if there ever is one.
    ///
    /// - Throws: ``EngineError`` with code `pin_mismatch`.
    func checkPins() async throws {
        guard let pins else { return }
        for choice in planned.choices {
            if let change = await change(of: choice, from: pins) { throw change }
        }
    }

    private func change(of choice: ModelChoice, from pins: PinnedModels) async -> EngineError? {
        do throws(EngineError) {
            try await pins.check(choice)
            return nil
        } catch {
            return error.code == .pinMismatch ? error : nil
        }
    }

    func checkPin(of choice: ModelChoice) async throws(EngineError) { try await pins?.check(choice) }

    /// The request with the context that all calls of the run have for this model.
    func settled(_ request: GenerationRequest, for choice: ModelChoice) -> GenerationRequest {
        var request = request
        if let context = planned.contexts[choice.reference] { request.context = max(context, request.context ?? 0) }
        return request
    }
}
