import Testing

@testable import Workflow

/// A workflow with mistakes. A `▸` stands before each place that a diagnostic must name, and is taken out.
struct MistakeCase: Sendable, CustomTestStringConvertible {
    /// What is wrong, as the list of test cases shows it.
    let testDescription: String
    let source: SourceText
    let expected: [Mistake]

    struct Mistake: Sendable {
        var place: Place
        /// A part of the message.
        var message: String
        var suggestion: String?
    }

    init(_ description: String, _ marked: String, _ mistakes: (message: String, suggestion: String?)...) {
        testDescription = description
        var text = ""
        var places: [Place] = []
        var place = Place.start
        for character in marked.unicodeScalars {
            switch character {
            case "▸": places.append(place)
            case "\n":
                place = Place(line: place.line + 1, column: 1)
                text.unicodeScalars.append(character)
            default:
                place.column += 1
                text.unicodeScalars.append(character)
            }
        }
        source = SourceText(file: "test.yaml", text: text)
        expected = zip(places, mistakes).map { Mistake(place: $0, message: $1.message, suggestion: $1.suggestion) }
        precondition(places.count == mistakes.count, "\(description): one ▸ for each mistake")
    }

    /// Expects exactly these mistakes, in order.
    func check(_ all: [Diagnostic], _ location: SourceLocation = #_sourceLocation) {
        #expect(all.map(\.place) == expected.map(\.place), "\(all.map(\.headline))", sourceLocation: location)
        for (found, mistake) in zip(all, expected) {
            #expect(found.message.contains(mistake.message), "\(found.headline)", sourceLocation: location)
            #expect(found.suggestion == mistake.suggestion, "\(found.headline)", sourceLocation: location)
        }
    }

    func checkWorkflow(_ location: SourceLocation = #_sourceLocation) {
        check(mistakes(in: source), location)
    }
}

/// All that loading a workflow complains about; nothing for a valid one.
func mistakes(in source: SourceText) -> [Diagnostic] {
    do throws(Diagnostics) {
        _ = try WorkflowDefinition(source, fallbackName: "test")
        return []
    } catch {
        return error.all
    }
}

func mistakes(in text: String) -> [Diagnostic] {
    mistakes(in: SourceText(file: "test.yaml", text: text))
}

func workflow(_ text: String) throws -> WorkflowDefinition {
    try WorkflowDefinition(SourceText(file: "test.yaml", text: text), fallbackName: "test")
}
