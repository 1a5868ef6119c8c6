import Foundation
import Jinja
import OrderedCollections
import Workflow

/// The `-i NAME=VALUE` arguments of a run.
struct InputArguments {
    private var given: [(name: String, value: String)] = []

    /// - Throws: ``CommandFailure`` where an argument has no `=`, or two want standard input.
    init(_ arguments: [String]) throws {
        for argument in arguments {
            guard let split = argument.firstIndex(of: "="), split != argument.startIndex else {
                throw CommandFailure(.usage, "an input is given as NAME=VALUE, not as `\(argument)`")
            }
            let name = String(argument[..<split])
            guard !given.contains(where: { $0.name == name }) else {
                throw CommandFailure(.usage, "the input `\(name)` is given twice")
            }
            given.append((name, String(argument[argument.index(after: split)...])))
        }
        guard given.filter({ $0.value == "-" }).count <= 1 else {
            throw CommandFailure(.usage, "only one input can be taken from standard input")
        }
    }

    /// A value for each input that the workflow declares.
    ///
    /// - Throws: ``CommandFailure`` for what is unknown, missing or of the wrong type.
    func values(for definition: WorkflowDefinition) throws -> Mapping {
        let names = definition.inputs.map(\.key)
        for (name, _) in given where !names.contains(name) {
            let hint =
                nearest(name, among: names).map { "; did you mean `\($0)`?" }
                ?? (names.isEmpty ? ": it has none" : "; it has " + names.map { "`\($0)`" }.joined(separator: ", "))
            throw CommandFailure(.invalid, "the workflow has no input `\(name)`\(hint)")
        }
        var values: Mapping = [:]
        for (name, declaration) in definition.inputs {
            if let argument = given.first(where: { $0.name == name })?.value {
                values[name] = try value(argument, of: name, declaration)
            } else if declaration.isRequired {
                throw CommandFailure(
                    .invalid, "the input `\(name)` is required: give it with `-i \(name)=…` (\(declaration.expected))")
            } else {
                values[name] = declaration.fallback
            }
        }
        return values
    }

    private func value(_ argument: String, of name: String, _ declaration: InputDeclaration) throws -> Value {
        let text = try content(of: argument, for: name)
        switch declaration.read(text) {
        case .success(.string(let path)) where declaration.kind == .path:
            return .string(absolute(path))
        case .success(let value): return value
        case .failure(let mismatch):
            throw CommandFailure(.invalid, "the input `\(name)` takes \(mismatch.expected), not \(mismatch.found)")
        }
    }

    private func content(of argument: String, for name: String) throws -> String {
        if argument == "-" {
            return try text(FileHandle.standardInput.readToEnd() ?? Data(), from: "standard input", for: name)
        }
        if argument.hasPrefix("@@") { return String(argument.dropFirst()) }
        guard argument.hasPrefix("@") else { return argument }
        let path = String(argument.dropFirst())
        do {
            return try text(try WholeFile.read(path), from: path, for: name)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.invalid, "the file \(path) for the input `\(name)` cannot be read")
        }
    }

    private func text(_ data: Data, from source: String, for name: String) throws -> String {
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure(.invalid, "\(source), for the input `\(name)`, is not UTF-8 text")
        }
        return text
    }

    /// A path given in a shell counts from the shell's folder, not from the project's.
    private func absolute(_ path: String) -> String {
        if path.hasPrefix("/") || path == "~" || path.hasPrefix("~/") { return path }
        return FileManager.default.currentDirectoryPath + "/" + path
    }
}
