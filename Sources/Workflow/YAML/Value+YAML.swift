package import Jinja

extension Value {
    /// Reads one YAML document, within the limits that hold for workflows.
    ///
    /// - Throws: one ``Diagnostic`` with the place where reading stopped.
    package init(yaml text: String, file: String = "") throws(Diagnostic) {
        self = try YAMLDocument.read(SourceText(file: file, text: text)).data
    }
}
