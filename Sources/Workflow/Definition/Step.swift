package import Jinja

/// A step of a workflow: the keys that every step has, and what it does.
package struct Step: Sendable {
    package enum Body: Sendable {
        case kind(any StepKind)
        /// Nested `steps:`, which see each other and what came before.
        case nested([Step])
    }

    package var id: String
    package var name: String?
    /// The ids of the steps to wait for: those named under `needs`, else the step before.
    package var needs: [String]
    package var condition: Condition?
    package var foreach: Foreach?
    package var retry: Retry?
    /// How long one attempt may take.
    package var timeLimit: Duration?
    package var continuesOnError: Bool
    /// The models to ask, in order of fallback; none where the step names none.
    package var models: [TemplatedText]
    package var body: Body
    package var place: Place
    /// What the file says of the step, but for what has no part in its result, as one text: two steps of one definition
    /// do the same. Nested steps are not in it, nor the list of a `foreach`.
    package var definition: String
    /// What the file says of the list of a `foreach`.
    package var loopDefinition: String
    /// Whether a mistake in the step leaves open what it gives; everything about its results is then taken on trust, so
    /// that one mistake is not told many times.
    var isBroken = false

    /// Where the names of `needs` stand, with what they say; `nil` where the step just follows the one before.
    var neededNames: [PlacedText]?
    /// Names used by `if`, which may also ask how steps ended.
    var conditionNames: [UsedName]
    /// Names used by `foreach`, which are outside the items.
    var outerNames: [UsedName]
    /// Names used by everything else, where `item` is known.
    var innerNames: [UsedName]

    /// `list`, `read`, …, or `steps` for nested steps.
    package var kindName: String {
        switch body {
        case .kind(let kind): type(of: kind).key
        case .nested: StepKinds.nestedSteps
        }
    }

    /// Whether it calls its model itself.
    package var asksModel: Bool {
        if case .kind(let kind) = body { type(of: kind).asksModel } else { false }
    }

    /// The names from outside that the step's own expressions use: in its `if` and in what it does, but for the list of a
    /// `foreach`.
    package var references: [Reference] {
        (conditionNames + innerNames).map(\.reference) + inheritedReferences
    }

    /// Those of the models that the step has from one around it.
    var inheritedReferences: [Reference] = []

    /// The names that the list of a `foreach` uses.
    package var loopReferences: [Reference] { outerNames.map(\.reference) }

    /// What expressions find under `steps.ID`.
    package var outputShape: Shape {
        guard !isBroken else { return .any }
        let own = foreach == nil ? bodyShape : .mapping(Foreach.outputs(ofEach: bodyShape))
        // What the step itself gives under these names comes first.
        guard case .mapping(let members) = own else { return own }
        return .mapping(
            members + Demands.stateMembers.filter { told in !members.contains { $0.name == told.name } })
    }

    /// What one pass over the body gives.
    private var bodyShape: Shape {
        switch body {
        case .kind(let kind): kind.outputShape
        case .nested(let steps): .mapping(steps.map { Shape.Member($0.id, $0.outputShape) })
        }
    }
}
