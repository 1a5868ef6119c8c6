import SeededRandom
import Testing

@testable import LlamaEngine

/// The books of the cache, against a cache whose cells are all there.
struct CacheMapTests {
    /// Cells as libllama has them: each with its token and the sequences that it belongs to.
    private struct Cells {
        private final class Cell {
            var owners: Set<Int32>
            init(_ owner: Int32) { owners = [owner] }
        }

        private var rows: [Int32: [Cell]] = [:]

        var count: Int { Set(rows.values.joined().map(ObjectIdentifier.init)).count }

        mutating func begin(_ sequence: Int32, as other: Int32?, count: Int) {
            rows[sequence] = other.map { Array((rows[$0] ?? []).prefix(count)) } ?? []
        }

        mutating func append(_ count: Int, to sequence: Int32) {
            rows[sequence]?.append(contentsOf: (0..<count).map { _ in Cell(sequence) })
        }

        mutating func remove(_ sequence: Int32) { rows[sequence] = nil }
    }

    @Test(arguments: 1...20) func theCellsAreCountedRight(seed: Int) {
        var source = SplitMix64(seed: UInt64(seed))
        var map = CacheMap()
        var cells = Cells()
        var tokens: [Int32: [Int32]] = [:]
        for _ in 0..<2000 {
            let sequence = Int32.random(in: 0..<12, using: &source)
            switch Int.random(in: 0..<4, using: &source) {
            case 0 where tokens[sequence] == nil:
                let prompt = (0..<Int.random(in: 1...30, using: &source)).map { _ in
                    Int32.random(in: 0..<2, using: &source)
                }
                let match = map.longestMatch(prompt)
                #expect(match?.count ?? 0 == tokens.values.map { common($0, prompt) }.max() ?? 0)
                map.begin(sequence, as: match?.sequence, count: match?.count ?? 0)
                cells.begin(sequence, as: match?.sequence, count: match?.count ?? 0)
                tokens[sequence] = Array(prompt.prefix(match?.count ?? 0))
            case 1 where tokens[sequence] != nil, 2 where tokens[sequence] != nil:
                let more = (0..<Int.random(in: 1...8, using: &source)).map { _ in
                    Int32.random(in: 0..<2, using: &source)
                }
                map.append(more, to: sequence)
                cells.append(more.count, to: sequence)
                tokens[sequence]? += more
            case 3 where tokens[sequence] != nil:
                map.remove(sequence)
                cells.remove(sequence)
                tokens[sequence] = nil
            default: break
            }
            #expect(map.cells == cells.count)
            #expect(map.sequences == Set(tokens.keys))
        }
    }

    private func common(_ one: [Int32], _ other: [Int32]) -> Int { zip(one, other).prefix { $0 == $1 }.count }

    @Test func theOneThatWasOfNoUseForTheLongestTimeGoesFirst() {
        var map = CacheMap()
        for sequence in Int32(0)..<3 {
            map.begin(sequence)
            map.append([sequence, 7], to: sequence)
        }
        #expect(map.oldestKept(except: nil) == nil)
        map.keep(1)
        map.keep(0)
        #expect(map.oldestKept(except: nil) == 1)
        map.begin(3, as: 1, count: 2)
        #expect(map.oldestKept(except: nil) == 0)
        #expect(map.oldestKept(except: 0) == 1)
        #expect(map.cells == 6)
        #expect(map.cellsWithoutKept == 4)
    }
}
