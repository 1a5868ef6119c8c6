/// A template in the notation of Go's `text/template`, as Ollama keeps with its models, taken apart.
///
/// Understood is what such templates are made of: fields, variables, pipelines, `if`, `range`, `with` and `else`, and the
/// functions that Ollama offers. Templates that name other templates are not.
indirect enum GoTemplateNode: Sendable {
    case text(String)
    case output(GoPipeline)
    /// `{{ $x := … }}`, or `{{ $x = … }}` for a variable that is there already.
    case assignment(name: String, GoPipeline, isNew: Bool)
    case condition(GoPipeline, then: [GoTemplateNode], otherwise: [GoTemplateNode])
    /// The value becomes the dot inside.
    case with(GoPipeline, then: [GoTemplateNode], otherwise: [GoTemplateNode])
    case range(index: String?, element: String?, GoPipeline, body: [GoTemplateNode], otherwise: [GoTemplateNode])
    case jump(GoJump)
}

enum GoJump: String, Sendable, Error {
    case `break`, `continue`
}

/// Commands of which each gets the result of the one before as its last argument.
struct GoPipeline: Sendable {
    var commands: [GoCommand]

    /// Whether a field of this name is used anywhere in it.
    func uses(field name: String) -> Bool { commands.contains { $0.uses(field: name) } }
}

/// A function with its arguments, or a single value.
struct GoCommand: Sendable {
    var operands: [GoOperand]

    func uses(field name: String) -> Bool { operands.contains { $0.uses(field: name) } }
}

/// A value in a template: where it begins, and the fields that are looked up from there.
struct GoOperand: Sendable {
    indirect enum Base: Sendable {
        case dot
        /// `$` alone has the name "".
        case variable(String)
        case text(String)
        case number(Double)
        case boolean(Bool)
        case none
        case function(String)
        case pipeline(GoPipeline)
    }

    var base: Base
    var fields: [String] = []

    func uses(field name: String) -> Bool {
        if case .pipeline(let pipeline) = base, pipeline.uses(field: name) { return true }
        return fields.contains(name)
    }
}

extension [GoTemplateNode] {
    /// Whether a field of this name is used anywhere in them.
    func uses(field name: String) -> Bool {
        contains { node in
            switch node {
            case .text, .jump: false
            case .output(let pipeline), .assignment(_, let pipeline, _): pipeline.uses(field: name)
            case .condition(let pipeline, let then, let otherwise), .with(let pipeline, let then, let otherwise),
                .range(_, _, let pipeline, let then, let otherwise):
                pipeline.uses(field: name) || then.uses(field: name) || otherwise.uses(field: name)
            }
        }
    }

    /// What comes before the first output of a field, wherever it is nested.
    /// - Returns: The nodes, and whether the field was found.
    func cut(before name: String) -> (nodes: [GoTemplateNode], isCut: Bool) {
        var kept: [GoTemplateNode] = []
        for node in self {
            switch node {
            case .output(let pipeline) where pipeline.uses(field: name): return (kept, true)
            case .condition(let pipeline, let then, let otherwise):
                let (inner, isCut) = then.cut(before: name)
                kept.append(.condition(pipeline, then: inner, otherwise: otherwise))
                if isCut { return (kept, true) }
            case .with(let pipeline, let then, let otherwise):
                let (inner, isCut) = then.cut(before: name)
                kept.append(.with(pipeline, then: inner, otherwise: otherwise))
                if isCut { return (kept, true) }
            default: kept.append(node)
            }
        }
        return (kept, false)
    }
}

/// Why a template in Go's notation cannot be read or rendered: a sentence without a full stop.
struct GoTemplateError: Error, Sendable, Hashable {
    var message: String

    init(_ message: String) { self.message = message }
}
