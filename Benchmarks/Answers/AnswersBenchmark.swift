import AnswerTraps
import ArgumentParser
import Foundation
import Inference
import Jinja

/// How fast answers are read: strict JSON against Foundation's JSONSerialization, damaged JSON for `bench-answers` to compare
/// with Python's json_repair, and texts that would take the square of their length.
@main
struct AnswersBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "answers")

    @Option(help: "A file with JSON to be read strictly.")
    var strict: String?

    @Option(help: "A file with damaged JSON.")
    var damaged: String?

    @Flag(help: "Texts of a megabyte of one unit each.")
    var traps = false

    @Option(help: "One of these texts only, by its number, with the memory that it takes.")
    var trap: Int?

    func run() throws {
        if let strict { try readStrictly(strict) }
        if let damaged { try readDamaged(damaged) }
        if traps { try walkIntoTraps() }
        if let trap { try weigh(trap) }
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        var best = Double.infinity
        for _ in 0..<3 { best = min(best, try ContinuousClock().measure(body) / .seconds(1)) }
        return best
    }

    private func readStrictly(_ path: String) throws {
        let data = try Data(contentsOf: URL(filePath: path))
        let bytes = Array(data)
        let text = String(decoding: bytes, as: UTF8.self)
        let foundation = try seconds { _ = try JSONSerialization.jsonObject(with: data) }
        let own = try seconds { _ = try Value(json: bytes) }
        let answer = try seconds { _ = try ParsedAnswer(from: text) }
        print("strict foundation \(foundation) own \(own) answer \(answer)")
    }

    private func readDamaged(_ path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var repairs: [AnswerRepair] = []
        let own = try seconds { repairs = try ParsedAnswer(from: text).repairs }
        print("damaged own \(own) \(repairs.map(\.rawValue).joined(separator: ","))")
    }

    private func weigh(_ number: Int) throws {
        guard AnswerTraps.units.indices.contains(number) else { throw ExitCode(1) }
        let unit = AnswerTraps.units[number]
        let body = AnswerTraps.text(of: unit, bytes: 1_000_000)
        let before = Self.peakMemory
        let peaks = ["{\"a\": ", "[", "{\"a\": \""].map { beginning in
            _ = try? ParsedAnswer(from: beginning + body)
            return "\((Self.peakMemory - before) / 1000)"
        }
        print("\(peaks.last ?? "0") MB  \(Value.string(unit).json()), after each: \(peaks.joined(separator: ", "))")
    }

    /// In KB.
    private static var peakMemory: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        return line?.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first ?? 0
    }

    private func walkIntoTraps() throws {
        let schema = try JSONSchema(["type": "object", "required": ["a"], "properties": ["a": ["type": "integer"]]])
        var worst: [(seconds: Double, text: String)] = []
        for unit in AnswerTraps.units {
            let body = AnswerTraps.text(of: unit, bytes: 1_000_000)
            for beginning in ["", "[", "{\"a\": \"", "{\"a\": ", "```json\n", "x "] {
                for schema in [nil, schema] {
                    let took = ContinuousClock().measure {
                        _ = try? ParsedAnswer(from: beginning + body, schema: schema)
                    }
                    worst.append((took / .seconds(1), Value.string(beginning + unit).json()))
                }
            }
        }
        for (seconds, text) in worst.sorted(by: { $0.seconds > $1.seconds }).prefix(12) {
            print(String(format: "%.3f s  ", seconds) + text)
        }
    }
}
