import Foundation
import Inference
import Jinja
import OrderedCollections
import SeededRandom
import Testing

/// Answers as models give them, with the data that are meant and what it takes to get at them.
@Suite struct DamagedAnswerTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Answers/damaged.jsonl")

    private static func cases() throws -> [Value] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { try Value(json: String($0)) }
    }

    @Test func `each damage is mended and named, or refused`() throws {
        let cases = try Self.cases()
        #expect(cases.count >= 250)
        for (number, item) in cases.enumerated() {
            let text = try #require(item["text"]?.string)
            let place: Comment = "line \(number + 1), \(item["class"]?.string ?? ""): \(text)"
            let schema = try item["schema"].map { try JSONSchema($0) }
            let found = Result { try ParsedAnswer(from: text, schema: schema) }
            if item["fails"] != nil {
                #expect((try? found.get())?.violations.isEmpty ?? false == false, place)
                continue
            }
            let answer: ParsedAnswer
            do {
                answer = try found.get()
            } catch {
                Issue.record(error, place)
                continue
            }
            #expect(answer.value == item["data"], place)
            #expect(answer.violations.isEmpty, place)
            let repairs = item["repairs"]?.list?.compactMap(\.string) ?? []
            #expect(Set(answer.repairs.map(\.rawValue)) == Set(repairs), place)
        }
    }

    @Test func `strict JSON comes back as it is, whatever it holds`() throws {
        var random = SplitMix64(seed: 3)
        for _ in 0..<2_000 {
            let value = RandomData.value(depth: 3, &random)
            let text = value.json(Bool.random(using: &random) ? .compact : .spaced)
            let answer = try ParsedAnswer(from: text)
            guard value.string == nil else { continue }
            #expect(answer.value == value)
            #expect(answer.isExact)
        }
    }

    @Test(arguments: [(1, 0.97), (2, 0.9)])
    func `data that were damaged at random come back`(_ damages: Int, _ share: Double) throws {
        var random = SplitMix64(seed: UInt64(damages))
        var (same, all) = (0, 0)
        var kinds: [Damage: (same: Int, all: Int)] = [:]
        for _ in 0..<4_000 {
            let value = RandomData.record(&random)
            var text = value.json(Bool.random(using: &random) ? .spaced : .compact)
            let chosen = Damage.allCases.shuffled(using: &random).prefix(damages)
            for damage in chosen.sorted(by: { $0.rawValue < $1.rawValue }) { text = damage.applied(to: text, &random) }
            let found = try? ParsedAnswer(from: text)
            let isSame = found?.value == value
            all += 1
            same += isSame ? 1 : 0
            for damage in chosen {
                kinds[damage, default: (0, 0)].all += 1
                kinds[damage, default: (0, 0)].same += isSame ? 1 : 0
            }
            // What comes back as something else must not claim to be untouched.
            if found?.isExact == true { #expect(isSame, "\(text)") }
        }
        print("\(damages) damages: \(same) of \(all)")
        for (damage, count) in kinds.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where count.same < count.all {
            print("  \(damage): \(count.same) of \(count.all)")
        }
        #expect(Double(same) >= share * Double(all))
    }
}

/// Data as models are asked for.
enum RandomData {
    private static let words = [
        "billing", "The app crashes.", "é😀", "line\nline", "say \"hi\"", "a, b", "it's", "", "C:\\temp", "1,234",
        "x: y",
        "{not} [data]", "https://example.org/a", "2024-05-01", "50 %", "true",
    ]

    static func text(_ random: inout SplitMix64) -> Value {
        .string(words.randomElement(using: &random) ?? "")
    }

    static func scalar(_ random: inout SplitMix64) -> Value {
        switch Int.random(in: 0..<7, using: &random) {
        case 0: .integer(Int.random(in: -1000...100_000, using: &random))
        case 1: .number(Double(Int.random(in: -1000...1000, using: &random)) / 8)
        case 2: .boolean(Bool.random(using: &random))
        case 3: .null
        default: text(&random)
        }
    }

    static func value(depth: Int, _ random: inout SplitMix64) -> Value {
        guard depth > 0 else { return scalar(&random) }
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return .list((0..<Int.random(in: 0..<4, using: &random)).map { _ in value(depth: depth - 1, &random) })
        case 1: return record(depth: depth, &random)
        default: return scalar(&random)
        }
    }

    /// A mapping with at least two keys.
    static func record(depth: Int = 3, _ random: inout SplitMix64) -> Value {
        let keys = ["id", "name", "due_date", "tags", "total", "is_open"].shuffled(using: &random)
        let count = Int.random(in: 2...4, using: &random)
        var entries: Mapping = [:]
        for key in keys.prefix(count) { entries[key] = value(depth: depth - 1, &random) }
        return .mapping(entries)
    }
}

/// The classes of damage that leave the meaning clear, each at a random place.
enum Damage: Int, CaseIterable {
    case fence, openFence, prose, comment, trailingComma, missingComma, missingColon, singleQuotes, smartQuotes
    case unquotedKey, foreignWords, rawLineBreak, unescapedQuote, oddSpace, extraBracket, missingEnd, thinking, call
    case doubleComma, concatenation

    func applied(to text: String, _ random: inout SplitMix64) -> String {
        switch self {
        case .fence: "```json\n\(text)\n```"
        case .openFence: "```\n\(text)"
        case .prose: "Here is what you asked for:\n\(text)\nTell me if it helps."
        case .comment: changed(text, /, */, { "\($0) /* note */ " }, &random)
        case .trailingComma:
            changed(text, /[}\]]/, { ",\($0)" }, &random, where: { !$0.hasSuffix("{") && !$0.hasSuffix("[") })
        case .missingComma: changed(text, /, */, { _ in " " }, &random)
        case .missingColon: changed(text, /": */, { _ in "\" " }, &random)
        case .singleQuotes: text.contains("'") ? text : quotes(of: text, "'", "'")
        case .smartQuotes: quotes(of: text, "“", "”")
        case .unquotedKey: changed(text, /"([a-z_]+)" *:/, { $0.replacing("\"", with: "") }, &random)
        case .foreignWords:
            Self.outside(text) { $0.replacing("true", with: "True").replacing("null", with: "None") }
        case .rawLineBreak: text.replacing("\\n", with: "\n")
        case .unescapedQuote: text.replacing("\\\"hi\\\"", with: "\"hi\"")
        case .oddSpace: changed(text, /, */, { "\($0)\u{A0}" }, &random)
        case .extraBracket: text + "}"
        case .missingEnd: text.hasSuffix("\"}") ? String(text.dropLast()) : text
        case .thinking: "<think>\nLet me see {\"a\": 1}.\n</think>\n\(text)"
        case .call: "answer(\(text))"
        case .doubleComma: changed(text, /, */, { ",\($0)" }, &random)
        case .concatenation: text.replacing("The app crashes.", with: "The app \" + \"crashes.")
        }
    }

    /// Changes one match that stands outside of texts.
    private func changed(
        _ text: String, _ pattern: some RegexComponent, _ change: (String) -> String, _ random: inout SplitMix64,
        where isWanted: (Substring) -> Bool = { _ in true }
    ) -> String {
        let inside = Self.texts(in: text)
        let matches = text.ranges(of: pattern).filter { range in
            isWanted(text[..<range.lowerBound])
                && !inside.contains { $0.contains(range.lowerBound) && $0.lowerBound != range.lowerBound }
                && !inside.contains {
                    $0.lowerBound < range.lowerBound && $0.upperBound > text.index(after: range.lowerBound)
                }
        }
        guard let match = matches.randomElement(using: &random) else { return text }
        return text.replacingCharacters(in: match, with: change(String(text[match])))
    }

    /// Where texts in quotes stand.
    private static func texts(in text: String) -> [Range<String.Index>] { text.ranges(of: /"(?:[^"\\]|\\.)*"/) }

    private static func outside(_ text: String, _ change: (String) -> String) -> String {
        var result = ""
        var place = text.startIndex
        for range in texts(in: text) {
            result += change(String(text[place..<range.lowerBound])) + text[range]
            place = range.upperBound
        }
        return result + change(String(text[place...]))
    }

    private func quotes(of text: String, _ open: String, _ close: String) -> String {
        var result = ""
        var place = text.startIndex
        for range in Self.texts(in: text) {
            let content = text[range].dropFirst().dropLast()
            result += text[place..<range.lowerBound] + open + content + close
            place = range.upperBound
        }
        return result + text[place...]
    }
}
