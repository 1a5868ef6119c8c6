package import Jinja

/// The JSON in a model's answer, which often stands in a code fence or between other words.
package struct ExtractedJSON: Sendable, Hashable {
    package let value: Value
    /// Whether the answer was nothing but the JSON.
    package let isExact: Bool

    /// Why no JSON was found.
    package struct Failure: Error, Sendable, Hashable {
        /// One sentence without a full stop.
        package var message: String
    }

    /// Tries the whole text, then each code fence, then each list or mapping between other words, in order.
    package init(from text: String) throws(Failure) {
        let trimmed = text.trimmingASCIISpace
        let whole: JSONError
        do {
            value = try Value(json: trimmed)
            isExact = true
            return
        } catch {
            whole = error
        }
        isExact = false
        for candidate in Self.fences(in: trimmed) {
            if let value = try? Value(json: candidate.trimmingASCIISpace) {
                self.value = value
                return
            }
        }
        if let value = Self.firstContainer(in: Array(trimmed.utf8)) {
            self.value = value
            return
        }
        guard trimmed.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }) else {
            throw Failure(
                message: trimmed.isEmpty ? "the text is empty, and JSON was expected" : "there is no JSON in the text")
        }
        throw Failure(
            message: "the JSON in the text is damaged, at line \(whole.line), column \(whole.column): \(whole.message)")
    }

    private static func fences(in text: String) -> [Substring] {
        let parts = text.split(separator: "```", omittingEmptySubsequences: false)
        // What stands between an odd and an even fence is inside; its first line may name a language.
        return stride(from: 1, to: parts.count, by: 2).map { index in
            let part = parts[index]
            guard let lineEnd = part.firstIndex(where: \.isNewline),
                part[..<lineEnd].allSatisfy({ $0.isLetter || $0.isNumber || $0.isWhitespace })
            else { return part }
            return part[lineEnd...]
        }
    }

    /// So many brackets are tried: a text of nothing but brackets must not cost a walk to its end for each.
    private static let mostCandidates = 100

    /// The first balanced `{…}` or `[…]` that is valid JSON.
    private static func firstContainer(in bytes: [UInt8]) -> Value? {
        var start = 0
        var candidates = 0
        while start < bytes.count, candidates < mostCandidates {
            guard bytes[start] == UInt8(ascii: "{") || bytes[start] == UInt8(ascii: "[") else {
                start += 1
                continue
            }
            candidates += 1
            if let end = balancedEnd(in: bytes, from: start), let value = try? Value(json: bytes[start...end]) {
                return value
            }
            // It is no JSON itself, but there may be some inside it.
            start += 1
        }
        return nil
    }

    private static func balancedEnd(in bytes: [UInt8], from start: Int) -> Int? {
        var depth = 0
        var isInString = false
        var position = start
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\\") where isInString: position += 1
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "{"), UInt8(ascii: "["): if !isInString { depth += 1 }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if !isInString {
                    depth -= 1
                    if depth == 0 { return position }
                }
            default: break
            }
            position += 1
        }
        return nil
    }
}

extension StringProtocol {
    fileprivate var trimmingASCIISpace: String {
        let isSpace: (UInt8) -> Bool = { $0 == 32 || (9...13).contains($0) }
        var bytes = Array(utf8.drop(while: isSpace))
        while let last = bytes.last, isSpace(last) { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
