/// Why a template or expression cannot be read or computed, and where.
package struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable {
        /// The source is not Jinja.
        case syntax
        /// A name, key, index, filter or test does not exist.
        case undefined
        /// A value is of a kind that the operation cannot take.
        case type
        /// An argument is missing, superfluous or out of range; also a division by zero and a number too large.
        case argument
        /// One of ``Limits`` was hit.
        case limit
        /// The template itself called `raise_exception`.
        case raised
    }

    private final class Storage: Sendable {
        let code: Code
        let message: String
        let suggestion: String?
        let place: SourceRange?
        let line: Int
        let column: Int

        init(_ code: Code, _ message: String, _ suggestion: String?, _ place: SourceRange?, _ line: Int, _ column: Int)
        {
            self.code = code
            self.message = message
            self.suggestion = suggestion
            self.place = place
            self.line = line
            self.column = column
        }
    }

    // One reference, so that throwing costs little in every frame that passes it on.
    private let storage: Storage

    package var code: Code { storage.code }
    /// One sentence: what is wrong, and what was expected.
    package var message: String { storage.message }
    /// A near name that exists: "did you mean `count`?"
    package var suggestion: String? { storage.suggestion }
    /// The place in the template's source, in UTF-8 bytes from 0.
    package var offset: Int { storage.place?.offset ?? 0 }
    /// The length of the place in UTF-8 bytes; may be 0.
    package var length: Int { storage.place?.length ?? 0 }
    /// From 1.
    package var line: Int { storage.line }
    /// From 1, in Unicode scalars.
    package var column: Int { storage.column }

    package var description: String {
        let hint = suggestion.map { "; did you mean `\($0)`?" } ?? ""
        return "line \(line), column \(column): \(message)\(hint)"
    }

    init(_ code: Code, _ message: String, suggestion: String? = nil, at place: SourceRange? = nil) {
        storage = Storage(code, message, suggestion, place, 1, 1)
    }

    var place: SourceRange? { storage.place }

    /// The same, with a place where it has none yet.
    func at(_ place: SourceRange) -> TemplateError {
        storage.place == nil ? TemplateError(code, message, suggestion: suggestion, at: place) : self
    }

    /// The same with its place counted in the original source.
    func located(in source: SourceText) -> TemplateError {
        let place = source.original(storage.place ?? SourceRange(offset: 0, length: 0))
        let position = source.position(of: place.offset)
        return TemplateError(
            storage: Storage(code, message, suggestion, place, position.line, position.column))
    }

    private init(storage: Storage) { self.storage = storage }

    package static func == (left: TemplateError, right: TemplateError) -> Bool {
        left.code == right.code && left.message == right.message && left.suggestion == right.suggestion
            && left.place == right.place && left.line == right.line && left.column == right.column
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(message)
        hasher.combine(place)
    }
}
