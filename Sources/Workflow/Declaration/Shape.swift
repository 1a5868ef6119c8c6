import Jinja
import OrderedCollections

/// What is known of a value before anything runs, as far as expressions can be checked against it.
package indirect enum Shape: Sendable, Hashable {
    /// Nothing is known: every name below is taken on trust.
    case any
    case text, integer, number, boolean
    case list(of: Shape)
    /// A mapping with exactly these keys.
    case mapping([Member])

    package struct Member: Sendable, Hashable {
        package var name: String
        package var shape: Shape
        /// For hover texts and the reference page.
        package var documentation: String

        package init(_ name: String, _ shape: Shape, _ documentation: String = "") {
            self.name = name
            self.shape = shape
            self.documentation = documentation
        }
    }

    /// The methods of a value of this kind; `nil` where its kind is not known.
    var methodNames: [String]? {
        switch self {
        case .any: nil
        case .text: Value.string("").methodNames
        case .integer, .number, .boolean: []
        case .list: Value.list([]).methodNames
        case .mapping: Value.mapping([:]).methodNames
        }
    }

    /// The word of the reference page for it.
    package var typeName: String {
        switch self {
        case .any: "any value"
        case .text: "text"
        case .integer: "whole number"
        case .number: "number"
        case .boolean: "boolean"
        case .list(.any): "list"
        case .list(let element): "list of \(element.typeName)"
        case .mapping: "mapping"
        }
    }
}
