import Foundation
import Jinja

/// A listing: a table for people, or the same as JSON.
struct Listing {
    struct Column {
        var title: String
        var isRightAligned = false
    }

    var columns: [Column]
    var rows: [[String]]

    /// The table with its columns padded to the widest cell; no line ends in spaces.
    var text: String {
        let widths = columns.indices.map { column in
            ([columns[column].title] + rows.map { $0[column] }).map(\.displayWidth).max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            let line = cells.indices.map { index in
                let padding = String(repeating: " ", count: max(0, widths[index] - cells[index].displayWidth))
                if columns[index].isRightAligned { return padding + cells[index] }
                return cells[index] + padding
            }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
        return ([line(columns.map(\.title))] + rows.map(line)).joined(separator: "\n")
    }
}

extension String {
    /// How many columns of a terminal the text takes; wide characters, as of Chinese or emoji, take two.
    var displayWidth: Int {
        reduce(0) { width, character in
            guard let scalar = character.unicodeScalars.first else { return width }
            let isWide =
                scalar.properties.isEmojiPresentation || (0x1100...0x115F).contains(scalar.value)
                || (0x2E80...0xA4CF).contains(scalar.value) || (0xAC00...0xD7A3).contains(scalar.value)
                || (0xF900...0xFAFF).contains(scalar.value) || (0xFF00...0xFF60).contains(scalar.value)
            return width + (isWide ? 2 : 1)
        }
    }

    /// The text on one line of at most so many columns.
    func clipped(to width: Int) -> String {
        // A character takes a column at least, but for what stands over others: a long text need not be looked at to its end.
        let line = prefix(width * 8 + 8).split(whereSeparator: \.isNewline).joined(separator: " ")
        guard line.displayWidth > width else { return line }
        var clipped = ""
        var taken = 0
        for character in line {
            taken += String(character).displayWidth
            guard taken < width else { break }
            clipped.append(character)
        }
        return clipped + "…"
    }
}
