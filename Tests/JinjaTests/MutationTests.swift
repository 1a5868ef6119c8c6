import Foundation
import OrderedCollections
import SeededRandom
import Testing

@testable import Jinja

/// Seeded changes to templates: whatever comes of them, nothing traps and nothing hangs.
@Suite struct MutationTests {
    private static let pieces = [
        "{{", "}}", "{%", "%}", "{#", "#}", "${{", "-", "+", "(", ")", "[", "]", "{", "}", "'", "\"", "|", ".", "..",
        ":",
        "::", ",", "~", "**", "//", "%", "==", " if ", " else ", " in ", " is ", " not ", " and ", "for x in ",
        "endfor",
        "set ", "macro f(", "endmacro", "call ", "raw", "endraw", "\\", "\\u", "\r\n", "\n", "0", "1e9",
        "9223372036854775807",
        "-1", "none", "loop.", "caller()", "é", "👩", "\u{0}", " recursive", "|length", "|list", "*", "x", ".items()",
        "break", "continue", "namespace(", "range(9)", ".append(", "|map('upper')", "[::-1]", "=",
    ]

    @Test func mutantsNeitherTrapNorHang() throws {
        var generator = SplitMix64(seed: 2026)
        let cases = try ["expressions", "statements", "filters", "chat", "families"].flatMap {
            try DifferentialCase.read($0)
        }
        let limits = Limits(outputBytes: 1 << 16, steps: 20_000, depth: 100)
        for _ in 0..<1000 {
            let example = cases[Int.random(in: 0..<cases.count, using: &generator)]
            var bytes = Array(example.template.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0...bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0:
                    bytes.insert(contentsOf: Self.pieces.randomElement(using: &generator)?.utf8 ?? "".utf8, at: place)
                case 1: bytes.removeSubrange(place..<min(place + Int.random(in: 1...6, using: &generator), bytes.count))
                case 2: bytes = Array(bytes.prefix(place))
                case 3: bytes.insert(contentsOf: bytes[(place / 2)..<place], at: place)
                default:
                    let other = cases[Int.random(in: 0..<cases.count, using: &generator)].template
                    bytes.insert(contentsOf: other.utf8, at: place)
                }
            }
            let source = String(decoding: bytes, as: UTF8.self)
            let syntax: Syntax = [.standard, .chatTemplate, .workflow].randomElement(using: &generator) ?? .standard
            do throws(TemplateError) {
                let template = try Template(source, syntax: syntax, environment: DifferentialCase.environment)
                _ = try template.render(example.data, limits: limits)
            } catch {
                #expect(error.offset >= 0 && error.offset + error.length <= source.utf8.count, "\(source)\n\(error)")
            }
        }
    }

    @Test func cutTemplatesAreErrorsWithAPlace() throws {
        for example in try DifferentialCase.read("chat") {
            let bytes = Array(example.template.utf8)
            for end in stride(from: 0, to: bytes.count, by: 37) {
                let source = String(decoding: bytes[..<end], as: UTF8.self)
                do throws(TemplateError) {
                    _ = try Template(source, syntax: .chatTemplate).render(example.data)
                } catch {
                    #expect(error.line >= 1 && error.column >= 1)
                }
            }
        }
    }

    @Test func mutatedJSONNeverTraps() throws {
        var generator = SplitMix64(seed: 7)
        let base = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",true,null,{"b":{}}],"c":"é😀"}"#.utf8)
        for _ in 0..<1000 {
            var bytes = base
            for _ in 0..<3 {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let value = try? Value(json: bytes) else { continue }
            #expect(try Value(json: value.json()) == value)
        }
    }
}
