import Foundation
import Inference
import Jinja
import OrderedCollections
package import Workflow

/// Takes data of any of the forms that `parse` knows out of an answer.
package struct AnswerReader: Sendable {
    package var format: ParseStep.Format
    package var schema: AnswerSchema?
    package var choices: [String] = []
    /// A regular expression.
    package var pattern: String?
    /// The text of a heading.
    package var section: String?
    /// The language that a code fence must name.
    package var language: String?
    package var allowTruncated = false

    package init(_ format: ParseStep.Format) {
        self.format = format
    }

    /// - Throws: ``StepFailure`` with code `bad_value` where the pattern is no regular expression.
    package func data(in answer: String) throws(StepFailure) -> AnswerData {
        let found = try found(in: answer)
        guard format != .json, let schema else { return found }
        return schema.fitted(found)
    }

    private func found(in answer: String) throws(StepFailure) -> AnswerData {
        let text = AnswerText(answer)
        switch format {
        case .json: return json(answer)
        case .jsonl: return jsonLines(text)
        case .yaml: return yaml(text)
        case .csv: return table(text)
        case .lines: return lines(text)
        case .code: return code(text)
        case .number: return number(text)
        case .choice: return AnswerChoices(choices).chosen(by: text.body)
        case .regex: return try match(text)
        case .markdownSection: return markdown(text)
        }
    }

    private func json(_ answer: String) -> AnswerData {
        if let schema { return schema.data(in: answer, allowTruncated: allowTruncated) }
        do {
            return AnswerData(try ParsedAnswer(from: answer, allowTruncated: allowTruncated))
        } catch {
            return AnswerData(problem: error.message)
        }
    }

    private func jsonLines(_ text: AnswerText) -> AnswerData {
        let (content, repairs) = text.content(of: ["json", "jsonl", "ndjson"])
        var values: [Value] = []
        var noted = Set(repairs)
        for line in content.split(whereSeparator: \.isNewline) where line.contains(where: { !$0.isWhitespace }) {
            guard let answer = try? ParsedAnswer(from: String(line), allowTruncated: allowTruncated) else {
                // Words between the lines; what looks like data is none of these.
                guard !line.contains(where: { "{[".contains($0) }) else {
                    return AnswerData(problem: "a line is no JSON: \(String(line).excerpt)")
                }
                noted.insert(.prose)
                continue
            }
            values.append(answer.value)
            noted.formUnion(answer.repairs)
        }
        guard !values.isEmpty else { return AnswerData(problem: "no line is JSON") }
        return AnswerData(.list(values), repairs: AnswerRepair.allCases.filter(noted.contains))
    }

    private func yaml(_ text: AnswerText) -> AnswerData {
        let (content, repairs) = text.content(of: ["yaml", "yml"])
        do {
            let value = try Value(yaml: content)
            guard value.string == nil else {
                return AnswerData(problem: "there is no YAML mapping or list in the text")
            }
            return AnswerData(value, repairs: repairs)
        } catch {
            return AnswerData(problem: "the YAML cannot be read: \(error.message)")
        }
    }

    private func table(_ text: AnswerText) -> AnswerData {
        let (content, repairs) = text.content(of: ["csv"])
        do {
            let table = try CSV.table(of: content, separator: ",")
            guard table.columns.count > 1 || !table.rows.isEmpty else {
                return AnswerData(problem: "there is no table in the text")
            }
            return AnswerData(.list(table.rows), repairs: repairs)
        } catch {
            return AnswerData(problem: "line \(error.line) of the table: \(error.message)")
        }
    }

    nonisolated(unsafe) private static let bullet = /\s*(?:[-*•–+]|\d{1,4}[.)])\s+/

    private func lines(_ text: AnswerText) -> AnswerData {
        let (content, repairs) = text.content(of: [])
        let lines = content.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
        // Words before a list are no part of it.
        let hasBullets = lines.contains { $0.prefixMatch(of: Self.bullet) != nil }
        let kept = hasBullets ? lines.filter { $0.prefixMatch(of: Self.bullet) != nil } : lines
        let items = kept.map { line in
            Value.string(String(line.trimmingPrefix(Self.bullet)).trimmingCharacters(in: .whitespaces))
        }
        guard !items.isEmpty else { return AnswerData(problem: "the text is empty") }
        return AnswerData(.list(items), repairs: kept.count < lines.count ? repairs + [.prose] : repairs)
    }

    private func code(_ text: AnswerText) -> AnswerData {
        let fences = text.fences.filter { language == nil || $0.language == language?.lowercased() }
        if let fence = fences.first {
            var repairs: [AnswerRepair] = [.fence]
            if fences.count > 1 { repairs.append(.several) }
            return AnswerData(.string(fence.content), repairs: repairs)
        }
        if let language { return AnswerData(problem: "there is no code fence that names \(language)") }
        guard text.body.contains(where: { !$0.isWhitespace }) else { return AnswerData(problem: "the text is empty") }
        return AnswerData(.string(text.body))
    }

    nonisolated(unsafe) private static let numberPattern = /[-+−]?[$€£¥]?\d[\d.,\u{A0}\u{202F}]*(?:[eE][-+]?\d+)?/

    private func number(_ text: AnswerText) -> AnswerData {
        let (content, repairs) = text.content(of: [])
        let whole = content.trimmingCharacters(in: .whitespacesAndNewlines)
        if let number = try? Value(json: whole), number.number != nil { return AnswerData(number, repairs: repairs) }
        if let number = WrittenNumber.value(of: whole) {
            return AnswerData(number, repairs: repairs + [.numberFromText])
        }
        var numbers: [Value] = []
        for match in content.matches(of: Self.numberPattern) {
            let word = match.output.trimmingCharacters(in: [".", ","])
            if let number = WrittenNumber.value(of: word), !numbers.contains(number) { numbers.append(number) }
        }
        guard let number = numbers.first else { return AnswerData(problem: "there is no number in the text") }
        guard numbers.count == 1 else {
            return AnswerData(
                problem: "there are several numbers: \(numbers.prefix(5).map { $0.json() }.joined(separator: ", "))")
        }
        return AnswerData(number, repairs: repairs + [.prose])
    }

    private func match(_ text: AnswerText) throws(StepFailure) -> AnswerData {
        let pattern = pattern ?? ""
        let expression: NSRegularExpression
        do {
            expression = try NSRegularExpression(pattern: pattern, options: [.anchorsMatchLines])
        } catch {
            throw StepFailure(.badValue, "`\(pattern)` is no regular expression")
        }
        let body = text.body
        guard let match = expression.firstMatch(in: body, range: NSRange(body.startIndex..., in: body)) else {
            return AnswerData(problem: "nothing in it matches `\(pattern)`")
        }
        func group(_ range: NSRange) -> Value { Range(range, in: body).map { .string(String(body[$0])) } ?? .null }
        let names = Self.groupNames(in: pattern)
        if !names.isEmpty {
            let entries = names.map { ($0, group(match.range(withName: $0))) }
            return AnswerData(.mapping(Mapping(entries, uniquingKeysWith: { first, _ in first })))
        }
        guard match.numberOfRanges > 1 else { return AnswerData(group(match.range)) }
        return AnswerData(.list((1..<match.numberOfRanges).map { group(match.range(at: $0)) }))
    }

    private static func groupNames(in pattern: String) -> [String] {
        pattern.matches(of: /\(\?<([A-Za-z][A-Za-z0-9]*)>/).map { String($0.output.1) }
    }

    private func markdown(_ text: AnswerText) -> AnswerData {
        let section = section ?? ""
        guard let content = text.section(section) else {
            return AnswerData(problem: "there is no heading \(Value.string(section).json())")
        }
        return AnswerData(.string(content))
    }
}
