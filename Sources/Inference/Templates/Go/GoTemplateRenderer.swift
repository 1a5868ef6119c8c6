import Foundation
import Jinja
import OrderedCollections

/// Renders a template in Go's notation.
struct GoTemplateRenderer {
    private let root: Value
    private let now: Date
    private var output = ""
    /// The innermost last.
    private var scopes: [[String: Value]] = [[:]]
    private var steps = 0

    private static let mostSteps = 1_000_000

    private init(_ data: Value, now: Date) {
        root = data
        self.now = now
    }

    static func render(_ nodes: [GoTemplateNode], _ data: Mapping, now: Date) throws(GoTemplateError) -> String {
        var renderer = GoTemplateRenderer(.mapping(data), now: now)
        _ = try renderer.render(nodes, dot: .mapping(data))
        return renderer.output
    }

    /// - Returns: How a loop around it goes on, where it says so.
    private mutating func render(_ nodes: [GoTemplateNode], dot: Value) throws(GoTemplateError) -> GoJump? {
        for node in nodes {
            steps += 1
            guard steps <= Self.mostSteps else { throw GoTemplateError("it does not end") }
            switch node {
            case .text(let text): output += text
            case .output(let pipeline): output += Self.text(try value(pipeline, dot))
            case .assignment(let name, let pipeline, let isNew): set(name, try value(pipeline, dot), isNew: isNew)
            case .condition(let pipeline, let then, let otherwise):
                let isTrue = Self.isTrue(try value(pipeline, dot))
                if let jump = try scoped(isTrue ? then : otherwise, dot: dot) { return jump }
            case .with(let pipeline, let then, let otherwise):
                let value = try value(pipeline, dot)
                let isTrue = Self.isTrue(value)
                if let jump = try scoped(isTrue ? then : otherwise, dot: isTrue ? value : dot) { return jump }
            case .range(let index, let element, let pipeline, let body, let otherwise):
                try range(index, element, try value(pipeline, dot), body, otherwise, dot: dot)
            case .jump(let jump): return jump
            }
        }
        return nil
    }

    private mutating func scoped(
        _ nodes: [GoTemplateNode], dot: Value, _ variables: [String: Value] = [:]
    ) throws(GoTemplateError) -> GoJump? {
        scopes.append(variables)
        defer { scopes.removeLast() }
        return try render(nodes, dot: dot)
    }

    private mutating func range(
        _ index: String?, _ element: String?, _ value: Value, _ body: [GoTemplateNode], _ otherwise: [GoTemplateNode],
        dot: Value
    ) throws(GoTemplateError) {
        let entries: [(Value, Value)]
        switch value {
        case .list(let list): entries = list.enumerated().map { (.integer($0), $1) }
        // Go walks mappings in the order of their keys.
        case .mapping(let mapping): entries = mapping.sorted { $0.key < $1.key }.map { (.string($0.key), $0.value) }
        case .null: entries = []
        default: throw GoTemplateError("`range` needs a list")
        }
        if entries.isEmpty { _ = try scoped(otherwise, dot: dot) }
        for (key, value) in entries {
            var variables: [String: Value] = [:]
            if let index { variables[index] = key }
            if let element { variables[element] = value }
            if try scoped(body, dot: value, variables) == .break { return }
        }
    }

    private mutating func set(_ name: String, _ value: Value, isNew: Bool) {
        let place = isNew ? nil : scopes.lastIndex { $0[name] != nil }
        scopes[place ?? scopes.count - 1][name] = value
    }

    // MARK: Values

    private func value(_ pipeline: GoPipeline, _ dot: Value) throws(GoTemplateError) -> Value {
        var last: Value?
        for command in pipeline.commands { last = try value(command, dot, last) }
        return last ?? .null
    }

    private func value(_ command: GoCommand, _ dot: Value, _ last: Value?) throws(GoTemplateError) -> Value {
        if case .function(let name) = command.operands[0].base, command.operands[0].fields.isEmpty {
            return try call(name, Array(command.operands.dropFirst()), dot, last)
        }
        guard command.operands.count == 1, last == nil else { throw GoTemplateError("a value takes no arguments") }
        return try value(command.operands[0], dot)
    }

    private func value(_ operand: GoOperand, _ dot: Value) throws(GoTemplateError) -> Value {
        var value: Value
        switch operand.base {
        case .dot: value = dot
        case .variable(""): value = root
        case .variable(let name):
            guard let known = scopes.last(where: { $0[name] != nil })?[name] else {
                throw GoTemplateError("there is no variable `$\(name)`")
            }
            value = known
        case .text(let text): value = .string(text)
        case .number(let number): value = Int(exactly: number).map { .integer($0) } ?? .number(number)
        case .boolean(let flag): value = .boolean(flag)
        case .none: value = .null
        case .function(let name): value = try call(name, [], dot, nil)
        case .pipeline(let pipeline): value = try self.value(pipeline, dot)
        }
        // What is not there is empty, as in Ollama's own data.
        for field in operand.fields { value = value[field] ?? .null }
        return value
    }

    private func call(
        _ name: String, _ operands: [GoOperand], _ dot: Value, _ last: Value?
    ) throws(GoTemplateError) -> Value {
        // These look at their arguments one after another.
        if name == "and" || name == "or" {
            var value = Value.null
            for operand in operands {
                value = try self.value(operand, dot)
                if Self.isTrue(value) == (name == "or") { return value }
            }
            return last ?? value
        }
        var arguments: [Value] = []
        for operand in operands { arguments.append(try value(operand, dot)) }
        if let last { arguments.append(last) }
        return try GoFunctions.call(name, arguments, now: now)
    }

    static func isTrue(_ value: Value) -> Bool {
        switch value {
        case .null: false
        case .boolean(let flag): flag
        case .integer(let number): number != 0
        case .number(let number): number != 0
        case .string(let text): !text.isEmpty
        case .list(let list): !list.isEmpty
        case .mapping(let mapping): !mapping.isEmpty
        default: true
        }
    }

    static func text(_ value: Value) -> String {
        switch value {
        case .string(let text): text
        case .null: ""
        default: value.json(.compact)
        }
    }
}
