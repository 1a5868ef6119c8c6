import Foundation
import Inference
import LlamaEngine
import SeededRandom
import Testing

/// Files whose bytes were changed at random: each is answered or refused with one sentence, and the process lives.
@Suite(.enabled(if: Fixture.hasModel), .timeLimit(.minutes(10)))
struct DamagedFileTests {
    private enum Damage: CaseIterable {
        case byte, zeros, ones, cut, count, swap, key
    }

    private static func damage(_ data: inout Data, header: Int, _ source: inout SplitMix64) {
        let place = Int.random(in: 4..<header - 16, using: &source)
        switch Damage.allCases.randomElement(using: &source) ?? .byte {
        case .byte: data[place] = UInt8.random(in: 0...255, using: &source)
        case .zeros: data.replaceSubrange(place..<place + 8, with: Data(count: 8))
        case .ones: data.replaceSubrange(place..<place + 8, with: Data(repeating: 0xFF, count: 8))
        case .cut: data = data.prefix(Int.random(in: 0..<data.count, using: &source))
        case .count:
            // The numbers of tensors and keys.
            let field = Bool.random(using: &source) ? 8 : 16
            data[field + Int.random(in: 0..<8, using: &source)] = UInt8.random(in: 0...255, using: &source)
        case .swap: data.swapAt(place, Int.random(in: 4..<header, using: &source))
        case .key:
            // A digit or a letter of a name or a text.
            data[place] = data[place] ^ 1
        }
    }

    @Test func `five hundred damaged files end with a sentence each`() async throws {
        try await Fixture.with { fixture in
            let whole = try Data(contentsOf: Fixture.model)
            let header = try GGUFMetadata.read(Fixture.model.path).dataStart
            var source = SplitMix64(seed: 8)
            var refused = 0
            for number in 0..<500 {
                try fixture.variant("damaged") { data in
                    data = whole
                    Self.damage(&data, header: header, &source)
                }
                do {
                    let answer = try await Answer(
                        fixture.engine.generate(request("a", model: "damaged", maxTokens: 1)))
                    #expect(answer.result != nil, "\(number)")
                } catch let error as EngineError {
                    refused += 1
                    #expect(!error.message.isEmpty && !error.message.contains("\n"), "\(number): \(error.message)")
                }
            }
            // Most of the header is vocabulary, of which any text is as good as another.
            #expect(refused > 100)
            #expect(try await Answer(fixture.engine.generate(request("a", maxTokens: 1))).result != nil)
        }
    }
}
