package import Jinja

/// The data in a model's answer, which may be damaged and may stand between other words.
package struct ParsedAnswer: Sendable, Hashable {
    package let value: Value
    /// What was mended, in the order of ``AnswerRepair``.
    package let repairs: [AnswerRepair]
    /// What the schema has against the value; empty for one that fits.
    package let violations: [JSONSchema.Violation]

    /// Whether the answer was nothing but the data, as JSON.
    package var isExact: Bool { repairs.isEmpty }

    /// Why there are no data: one sentence without a full stop.
    package struct Failure: Error, Sendable, Hashable {
        package var message: String
    }

    /// Takes the answer as strict JSON; else what stands in its code fences and between its words, mended where the
    /// meaning is clear. Of several values the one is taken that fits the schema best, then JSON as it stands, then what
    /// stands in a fence, then mappings and lists of them, then the first.
    ///
    /// - Parameters:
    ///   - schema: What the data have to be. Where they are not, numbers, dates, words and shapes are converted as far
    ///     as it allows.
    ///   - allowTruncated: Whether an answer that ends in the middle of a value is taken without that.
    /// - Throws: ``Failure`` where nothing is found, or where a part is lost.
    package init(from answer: String, schema: JSONSchema? = nil, allowTruncated: Bool = false) throws(Failure) {
        let text = Self.trimmed(answer)
        let whole: JSONError
        do {
            let value = try Value(json: text)
            self.init(Self.Found(value: value, repairs: []), schema)
            return
        } catch {
            whole = error
        }
        guard !text.isEmpty else { throw Failure(message: "the text is empty, and JSON was expected") }
        if let lines = Self.lines(of: text) {
            let found = Found(value: .list(lines), repairs: [.lines])
            let fitted = Self(found, schema)
            if fitted.violations.isEmpty, fitted.repairs == [.lines] {
                self = fitted
                return
            }
        }
        let parts = ThinkingSplitter.parts(of: text)
        // A thought that is not closed may hold the answer all the same.
        let body = parts.answer.isEmpty ? parts.reasoning : parts.answer
        let noted: Set<AnswerRepair> = parts.reasoning.isEmpty ? [] : [.thinking]
        let regions = AnswerRegions(Array(Self.trimmed(body).unicodeScalars))
        let candidates = AnswerCandidates(in: regions)
        var found = candidates.all.map { candidate in
            Self(Self.found(candidate, among: candidates, in: regions, noted), schema)
        }
        if let schema, let scalar = Self.scalar(regions, noted) {
            let answer = Self(scalar, schema)
            // Words are nothing that can be spoken of where a mapping or a list is asked for.
            if answer.violations.isEmpty || !schema.asksForContainer { found.append(answer) }
        }
        let ranked = zip(found.indices, found).min { first, second in
            Self.rank(first.1, candidates, first.0).lexicographicallyPrecedes(Self.rank(second.1, candidates, second.0))
        }
        guard let best = ranked?.1 else { throw Self.failure(whole, candidates, text) }
        guard allowTruncated || !best.repairs.contains(.truncated) else {
            throw Failure(message: "the JSON in the text is cut off in the middle")
        }
        self = best
    }

    /// A value that was found otherwise, fitted to a schema.
    package init(_ value: Value, repairs: Set<AnswerRepair>, schema: JSONSchema) {
        self.init(Found(value: value, repairs: repairs), schema)
    }

    // MARK: Choosing

    /// Data before they are fitted to a schema.
    private struct Found {
        var value: Value
        var repairs: Set<AnswerRepair>
    }

    /// Fits the data to the schema.
    private init(_ found: Found, _ schema: JSONSchema?) {
        var (value, repairs) = (found.value, found.repairs)
        if let schema {
            var fitting = SchemaFitting(schema)
            value = fitting.fitted(value)
            repairs.formUnion(fitting.repairs)
            violations = schema.violations(of: value)
        } else {
            if let inner = SchemaFitting.decoded(value) {
                value = inner
                repairs.insert(.doubleEncoded)
            }
            violations = []
        }
        self.value = value
        self.repairs = AnswerRepair.allCases.filter(repairs.contains)
    }

    private static func found(
        _ candidate: AnswerCandidates.Candidate, among all: AnswerCandidates, in regions: AnswerRegions,
        _ noted: Set<AnswerRepair>
    ) -> Found {
        var repairs = candidate.repairs.union(noted)
        if candidate.isFenced { repairs.insert(.fence) }
        if all.all.count > 1 { repairs.insert(.several) }
        if !candidate.isFenced, let around = Surroundings(of: candidate.range, in: regions.text).repair {
            repairs.insert(around)
        }
        return Found(value: candidate.value, repairs: repairs)
    }

    /// Smaller is better.
    private static func rank(_ answer: ParsedAnswer, _ candidates: AnswerCandidates, _ index: Int) -> [Int] {
        guard candidates.all.indices.contains(index) else { return [answer.violations.count, 1, 1, 1, index] }
        let candidate = candidates.all[index]
        return [
            answer.violations.count, candidate.isStrict ? 0 : 1, candidate.isFenced ? 0 : 1,
            candidate.value.isRecord ? 0 : 1, index,
        ]
    }

    private static func failure(_ whole: JSONError, _ candidates: AnswerCandidates, _ text: String) -> Failure {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }) else {
            return Failure(message: "there is no JSON in the text")
        }
        let reason = candidates.failure.map { "; \($0.message)" } ?? ""
        return Failure(
            message:
                "the JSON in the text is damaged, at line \(whole.line), column \(whole.column): \(whole.message)\(reason)"
        )
    }

    // MARK: Other forms

    /// The values of lines of which each is a list or a mapping, as in JSON Lines.
    private static func lines(of text: String) -> [Value]? {
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
        guard lines.count > 1, lines[0].hasPrefix("{") || lines[0].hasPrefix("[") else { return nil }
        var values: [Value] = []
        for line in lines {
            guard let value = try? Value(json: String(line)), value.list != nil || value.mapping != nil else {
                return nil
            }
            values.append(value)
        }
        return values
    }

    /// The answer itself as a value, where the schema asks for a number, a word or a text.
    private static func scalar(_ regions: AnswerRegions, _ noted: Set<AnswerRepair>) -> Found? {
        let region = regions.regions.first { $0.isFenced } ?? regions.regions.first
        guard let range = region?.range else { return nil }
        var repairs = noted
        if region?.isFenced == true { repairs.insert(.fence) }
        let text = trimmed(String(String.UnicodeScalarView(regions.text[range])))
        if let value = try? Value(json: text) { return Found(value: value, repairs: repairs) }
        if let meaning = Words.meaning(text) {
            return Found(value: meaning.value, repairs: repairs.union([meaning.repair].compactMap(\.self)))
        }
        return Found(value: .string(text), repairs: repairs.union([.unquotedText]))
    }

    private static func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, TolerantJSON.isOddSpace(first) { scalars.removeFirst() }
        while let last = scalars.last, TolerantJSON.isOddSpace(last) { scalars.removeLast() }
        // A text as long as the answer is not made twice.
        return scalars.endIndex == text.endIndex && scalars.startIndex == text.startIndex ? text : String(scalars)
    }
}

extension Value {
    /// A mapping, or a list of them: what data mostly are.
    fileprivate var isRecord: Bool {
        if mapping != nil { return true }
        return list.map { !$0.isEmpty && $0.allSatisfy { $0.mapping != nil } } ?? false
    }
}
