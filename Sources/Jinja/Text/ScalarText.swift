/// A string as Python sees it: a row of Unicode scalars with integer indices.
struct ScalarText {
    private let text: String
    private let isASCII: Bool
    let count: Int

    init(_ text: String) {
        self.text = text
        let scalars = text.unicodeScalars.count
        count = scalars
        isASCII = scalars == text.utf8.count
    }

    /// The scalar at an index, which may count from the end.
    func scalar(at index: Int) -> Unicode.Scalar? {
        guard index >= -count, index < count else { return nil }
        return text.unicodeScalars[position(index < 0 ? index + count : index)]
    }

    /// - Parameter index: From 0 to ``count``.
    private func position(_ index: Int) -> String.Index {
        isASCII
            ? text.utf8.index(text.startIndex, offsetBy: index)
            : text.unicodeScalars.index(text.startIndex, offsetBy: index)
    }

    /// - Parameter step: Not 0.
    func slice(_ start: Int?, _ end: Int?, _ step: Int = 1) -> String {
        var indices = SliceIndices(count: count, start, end, step)
        let length = indices.count
        guard length > 0, let first = indices.next() else { return "" }
        if step == 1 { return String(text.unicodeScalars[position(first)..<position(first + length)]) }
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        result.append(scalars[first])
        while let index = indices.next() { result.append(scalars[index]) }
        return String(result)
    }

    /// The first so many scalars.
    func prefix(_ count: Int) -> String { slice(0, max(0, count)) }
}
