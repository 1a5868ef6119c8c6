/// A Modelfile, in which Ollama describes a custom model.
package struct Modelfile: Sendable, Hashable {
    package struct Parameter: Sendable, Hashable {
        package var name: String
        package var value: String
    }

    package struct Message: Sendable, Hashable {
        package var role: String
        package var content: String
    }

    /// The model that it builds on: a name of Ollama's, or a path.
    package var from = ""
    package var parameters: [Parameter] = []
    package var template: String?
    package var system: String?
    package var adapters: [String] = []
    package var messages: [Message] = []

    /// Why a text is no Modelfile: a sentence without a full stop, with the line.
    package struct Mistake: Error, Sendable, Hashable {
        package var line: Int
        package var message: String
    }

    private static let quotes = "\"\"\""

    /// Reads a Modelfile: instructions in any case, texts over several lines in three quotation marks, comments behind `#`.
    package init(_ text: String) throws(Mistake) {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)[...]
        while let first = lines.first {
            let number = lines.startIndex + 1
            lines = lines.dropFirst()
            let line = first.trimmed
            if line.isEmpty || line.hasPrefix("#") { continue }
            let words = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
            let instruction = words[0].uppercased()
            var argument = words.count > 1 ? words[1].trimmed : ""
            // The text of a message comes behind its role.
            var role = ""
            if ["MESSAGE", "PARAMETER"].contains(instruction) {
                let parts = argument.split(maxSplits: 1, whereSeparator: \.isWhitespace)
                guard parts.count == 2 else {
                    throw Mistake(line: number, message: "`\(instruction)` needs a name and a value")
                }
                role = String(parts[0])
                argument = parts[1].trimmed
            }
            let value = try Self.value(argument, &lines, line: number)
            guard !value.isEmpty || instruction == "SYSTEM" else {
                throw Mistake(line: number, message: "`\(instruction)` says nothing")
            }
            switch instruction {
            case "FROM": from = value
            case "PARAMETER": parameters.append(Parameter(name: role.lowercased(), value: value))
            case "TEMPLATE": template = value
            case "SYSTEM": system = value
            case "ADAPTER": adapters.append(value)
            case "MESSAGE": messages.append(Message(role: role.lowercased(), content: value))
            case "LICENSE", "REQUIRES", "RENDERER", "PARSER": break
            default: throw Mistake(line: number, message: "there is no instruction `\(words[0])`")
            }
        }
        guard !from.isEmpty else { throw Mistake(line: 1, message: "`FROM` is missing: the model that it builds on") }
    }

    /// The value behind an instruction, which may go on over further lines.
    private static func value(
        _ argument: Substring, _ lines: inout ArraySlice<Substring>, line: Int
    ) throws(Mistake) -> String {
        guard argument.hasPrefix(quotes) else {
            let isQuoted = argument.count >= 2 && argument.hasPrefix("\"") && argument.hasSuffix("\"")
            return String(isQuoted ? argument.dropFirst().dropLast() : argument)
        }
        var text = String(argument.dropFirst(quotes.count))
        while true {
            if let end = text.firstRange(of: quotes) { return String(text[..<end.lowerBound]) }
            guard let next = lines.popFirst() else {
                throw Mistake(line: line, message: "the text that begins here has no \(quotes) at its end")
            }
            text += "\n" + next
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
