package import Foundation
import Jinja
import OrderedCollections

extension WorkflowDefinition {
    /// Reads and checks the workflow of a file; it may call the other workflows of its project.
    ///
    /// - Parameter name: the file's name in diagnostics.
    /// - Throws: ``Diagnostics`` with every mistake, or a ``WorkflowFile/Failure`` where the file cannot be read.
    package init(file: URL, shownAs name: String) throws {
        try self.init(
            try WorkflowFile.read(file, shownAs: name), fallbackName: file.deletingPathExtension().lastPathComponent,
            library: WorkflowLibrary(for: file, in: Project(ofWorkflow: file)))
    }

    /// Reads and checks a workflow.
    ///
    /// - Parameters:
    ///   - fallbackName: the workflow's name where the file gives none.
    ///   - library: where the workflows are that this one calls; without it, calling another one is a mistake.
    /// - Throws: every mistake of the file, in order.
    package init(
        _ source: SourceText, fallbackName: String, library: WorkflowLibrary? = nil
    ) throws(Diagnostics) {
        let decoding = Decoding(source: source, library: library)
        let keys: WorkflowKeys
        var evaluation: Evaluation?
        let outputNames: [UsedName]
        let entries: [YAMLNode.Entry]
        do throws(Diagnostic) {
            let root = try YAMLDocument.read(source)
            guard case .mapping(let found) = root.content else {
                throw Diagnostic(
                    in: source, at: root.place,
                    message: root.isNull
                        ? "the file is empty" : "a workflow is a mapping with `version` and `steps`")
            }
            entries = found
            if EvaluationKeys.describes(entries) {
                let read = EvaluationReader(decoding: decoding).read(entries, at: root.place)
                keys = read.workflow
                evaluation = read.evaluation
            } else {
                keys = WorkflowKeys.decode(entries, at: root.place, named: "the workflow", decoding)
            }
            // Steps take the names they use; inputs have none: what is left belongs to the outputs.
            outputNames = decoding.takeUsedNames()
        } catch {
            throw Diagnostics([error])
        }
        let check = ReferenceCheck(
            decoding: decoding, functions: Set(Environment.workflow.globals.keys), areComparisons: evaluation != nil)
        if evaluation == nil {
            check.check(
                keys, inputs: Self.areWhole(keys.inputs.count, under: "inputs", in: entries) ? keys.inputs : nil,
                stepsAreWhole: Self.areWhole(keys.steps.count, under: "steps", in: entries),
                failureStepsAreWhole: Self.areWhole(keys.failureSteps.count, under: "on_failure", in: entries),
                outputNames: outputNames)
        } else if !decoding.diagnostics.contains(where: { $0.severity == .error }) {
            check.check(
                keys, inputs: keys.inputs, stepsAreWhole: true, failureStepsAreWhole: true, outputNames: outputNames)
        }
        let diagnostics = Diagnostics(decoding.diagnostics)
        guard !diagnostics.hasErrors else { throw diagnostics }
        self.source = source
        name = keys.name ?? fallbackName
        explanation = keys.explanation
        inputs = keys.inputs
        defaults = keys.defaults
        schedules = keys.schedules
        concurrencyGroup = keys.concurrencyGroup
        timeLimit = keys.timeLimit
        steps = keys.steps
        failureSteps = keys.failureSteps
        if case .mapping(let entries) = keys.outputs { outputs = entries } else { outputs = [] }
        warnings = diagnostics.all
        var demands = decoding.demands
        demands.note(keys.steps + keys.failureSteps, in: source)
        for workflow in evaluation?.measured ?? [] { demands.note(keys.steps, in: workflow.definition.source) }
        self.demands = demands
        self.evaluation = evaluation
    }

    /// Whether all that the file has under a key was read, and no misspelt key may hold more of it.
    private static func areWhole(_ count: Int, under key: String, in entries: [YAMLNode.Entry]) -> Bool {
        let known = WorkflowKeys.fields.map(\.key)
        var written = 0
        for entry in entries {
            let name = entry.key.scalar?.text ?? ""
            if !known.contains(name), nearest(name, among: known) == key { return false }
            guard name == key else { continue }
            switch entry.value.content {
            case .sequence(let elements): written = elements.count
            case .mapping(let pairs): written = pairs.count
            case .scalar: if !entry.value.isNull { return false }
            }
        }
        return written == count
    }
}
