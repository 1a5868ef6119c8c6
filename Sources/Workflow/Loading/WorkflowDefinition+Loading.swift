import Jinja
import OrderedCollections

extension WorkflowDefinition {
    /// Reads and checks a workflow.
    ///
    /// - Parameter fallbackName: the workflow's name where the file gives none.
    /// - Throws: every mistake of the file, in order.
    package init(_ source: SourceText, fallbackName: String) throws(Diagnostics) {
        let decoding = Decoding(source: source)
        let keys: WorkflowKeys
        let outputNames: [UsedName]
        do throws(Diagnostic) {
            let root = try YAMLDocument.read(source)
            guard case .mapping(let entries) = root.content else {
                throw Diagnostic(
                    in: source, at: root.place,
                    message: root.isNull
                        ? "the file is empty" : "a workflow is a mapping with `version` and `steps`")
            }
            keys = WorkflowKeys.decode(entries, at: root.place, named: "the workflow", decoding)
            // Steps take the names they use; inputs have none: what is left belongs to the outputs.
            outputNames = decoding.takeUsedNames()
        } catch {
            throw Diagnostics([error])
        }
        ReferenceCheck(decoding: decoding, functions: Set(Environment.standard.globals.keys))
            .check(keys, outputNames: outputNames)
        let diagnostics = Diagnostics(decoding.diagnostics)
        guard !diagnostics.hasErrors else { throw diagnostics }
        self.source = source
        name = keys.name ?? fallbackName
        explanation = keys.explanation
        inputs = keys.inputs
        defaults = keys.defaults
        steps = keys.steps
        if case .mapping(let entries) = keys.outputs { outputs = entries } else { outputs = [] }
    }
}
