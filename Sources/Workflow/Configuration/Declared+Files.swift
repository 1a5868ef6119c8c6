extension Declared {
    /// Reads a file that is one declared mapping.
    ///
    /// - Returns: `nil` where the file says nothing, which is no mistake: it may only mark its folder as a project, or
    ///   hold comments.
    /// - Throws: every mistake of the file, in order.
    static func read(_ source: SourceText) throws(Diagnostics) -> Self? {
        if source.isBlank { return nil }
        let decoding = Decoding(source: source)
        let root: YAMLNode
        do {
            root = try YAMLDocument.read(source)
        } catch {
            throw Diagnostics([error])
        }
        guard !root.isNull else { return nil }
        let value = decode(root, key: source.file, decoding)
        let diagnostics = Diagnostics(decoding.diagnostics)
        guard let value, !diagnostics.hasErrors else { throw diagnostics }
        return value
    }
}
