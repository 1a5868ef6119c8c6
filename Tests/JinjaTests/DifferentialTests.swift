import Foundation
import OrderedCollections
import PythonSupport
import Testing

@testable import Jinja

/// Renders the cases of `Differential/*.cases` here and with Python's jinja2, and compares.
@Suite struct DifferentialTests {
    @Test(arguments: ["expressions", "statements", "filters", "chat", "families"])
    func rendersAsPythonDoes(file: String) throws {
        let cases = try DifferentialCase.read(file)
        guard let expected = try DifferentialCase.renderInPython(cases) else {
            print("skipped: python3 with jinja2 is not installed")
            return
        }
        try #require(expected.count == cases.count)
        for (example, expected) in zip(cases, expected) {
            let outcome = example.render()
            switch (outcome, expected) {
            case (.success(let text), .success(let wanted)):
                if !text.utf8.elementsEqual(wanted.utf8) {
                    Issue.record(
                        "\(file):\(example.line) \(example.convention): \(example.template)\ngives \(text)\njinja2 gives \(wanted)"
                    )
                }
            case (.failure, .failure): break
            case (.success(let text), .failure(let failure)):
                Issue.record(
                    "\(file):\(example.line) \(example.convention): \(example.template)\ngives \(text)\njinja2 fails: \(failure)"
                )
            case (.failure(let error), .success(let wanted)):
                Issue.record(
                    "\(file):\(example.line) \(example.convention): \(example.template)\nfails: \(error)\njinja2 gives \(wanted)"
                )
            }
        }
    }

    @Test func thereAreEnoughCases() throws {
        let templates = try ["expressions", "statements", "filters", "chat", "families"].map { name in
            Set(try DifferentialCase.read(name).map(\.template)).count
        }
        #expect(templates.reduce(0, +) >= 300)
    }
}

/// One template with its data and settings.
struct DifferentialCase: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    var line: Int
    var template: String
    var data: Mapping
    var convention: String
    var settings: [String: Bool]

    static var folder: URL { URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Differential") }

    /// Reads one template a line, and the settings that lines with `@` give from there on.
    static func read(_ name: String) throws -> [DifferentialCase] {
        let text = try String(contentsOf: folder.appending(path: "\(name).cases"), encoding: .utf8)
        var cases: [DifferentialCase] = []
        var conventions = ["python"]
        var data: Mapping = [:]
        var settings = [
            "trim_blocks": false, "lstrip_blocks": false, "keep_trailing_newline": false, "lenient": false,
        ]
        for (index, line) in text.components(separatedBy: "\n").enumerated() where !line.isEmpty {
            if line.hasPrefix("#") && !line.hasPrefix("#{") { continue }
            if line.hasPrefix("@") {
                let header = try Value(json: String(line.dropFirst()))
                if let names = header["conventions"]?.list { conventions = names.compactMap(\.string) }
                if let mapping = header["data"]?.mapping { data = mapping }
                for key in settings.keys { if let flag = header[key]?.boolean { settings[key] = flag } }
                continue
            }
            let template = line.replacingOccurrences(of: "⏎", with: "\n").replacingOccurrences(of: "⇥", with: "\t")
            for convention in conventions {
                cases.append(
                    DifferentialCase(
                        line: index + 1, template: template, data: data, convention: convention, settings: settings))
            }
        }
        return cases
    }

    var json: Value {
        var fields: Mapping = [
            "template": .string(template), "data": .mapping(data), "convention": .string(convention),
        ]
        for (key, flag) in settings { fields[key] = .boolean(flag) }
        return .mapping(fields)
    }

    func render() -> Result<String, TemplateError> {
        let syntax = Syntax(
            trimBlocks: settings["trim_blocks"] ?? false, lstripBlocks: settings["lstrip_blocks"] ?? false,
            keepTrailingNewline: settings["keep_trailing_newline"] ?? false,
            convention: convention == "json" ? .json : .python,
            undefinedRule: settings["lenient"] == true ? .lenient : .strict)
        do throws(TemplateError) {
            return .success(try Template(template, syntax: syntax, environment: Self.environment).render(data))
        } catch {
            return .failure(error)
        }
    }

    /// Gives chat templates the clock that Python's side has, stopped at the same day.
    static let environment = Environment(globals: [
        "strftime_now": .callable(
            Callable("strftime_now") { (arguments) throws(CallError) in
                guard let format = arguments.positional.first?.string else { throw CallError("a format is needed") }
                return .string(
                    format.replacingOccurrences(of: "%d", with: "02").replacingOccurrences(of: "%b", with: "Jan")
                        .replacingOccurrences(of: "%B", with: "January").replacingOccurrences(of: "%Y", with: "2026")
                        .replacingOccurrences(of: "%m", with: "01"))
            })
    ])
}

/// Python's side of the comparison: one process for many cases.
extension DifferentialCase {
    /// `nil` where Python or jinja2 is missing.
    fileprivate static func renderInPython(_ cases: [DifferentialCase]) throws -> [Result<String, Failure>]? {
        let input = Data(Value.list(cases.map(\.json)).json().utf8)
        guard let outcome = try Python.run(folder.appending(path: "compare.py"), input: input),
            outcome.status != Python.moduleIsMissing
        else { return nil }
        guard outcome.status == 0 else {
            throw Failure(description: "compare.py ended with \(outcome.status)")
        }
        return try Value(json: outcome.output).list?.map { result in
            if let text = result["output"]?.string { return .success(text) }
            return .failure(.init(description: result["error"]?.string ?? "?"))
        }
    }
}
