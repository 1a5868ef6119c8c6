import Jinja

extension ScalarOrigin {
    /// A template's complaint at its place in the file.
    func diagnostic(for error: TemplateError) -> Diagnostic {
        diagnostic(
            atOffset: error.offset, length: error.length, message: error.message, suggestion: error.suggestion)
    }
}
