import Foundation
import Jinja
import OrderedCollections

/// One schema out of two that a value must both fit.
struct SchemaMerging {
    /// The keywords of which only one side is kept.
    private(set) var lost: [String] = []
    private(set) var isImpossible = false

    mutating func merged(_ one: Mapping, _ other: Mapping) -> Mapping {
        var result = one
        for (keyword, value) in other where !["properties", "additionalProperties", "required"].contains(keyword) {
            guard let own = one[keyword], own != value else {
                result[keyword] = value
                continue
            }
            result[keyword] = both(keyword, own, value)
        }
        // A value has a `const` where it has an `enum` besides.
        if let constant = result["const"], let values = result["enum"]?.list {
            if values.contains(constant) { result["enum"] = nil } else { isImpossible = true }
        }
        mergeObjects(one, other, into: &result)
        return result
    }

    private mutating func both(_ keyword: String, _ one: Value, _ other: Value) -> Value {
        switch keyword {
        case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties":
            return (one.number ?? 0) >= (other.number ?? 0) ? one : other
        case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties":
            return (one.number ?? 0) <= (other.number ?? 0) ? one : other
        case "enum":
            let common = (one.list ?? []).filter { (other.list ?? []).contains($0) }
            if common.isEmpty { isImpossible = true }
            return .list(common)
        case "const":
            isImpossible = true
            return one
        case "type":
            let left = SchemaGrammarBuilder.typeNames(one)
            let right = SchemaGrammarBuilder.typeNames(other)
            var common = left.filter(right.contains)
            // Every integer is a number.
            for (some, more) in [(left, right), (right, left)]
            where some.contains("integer") && more.contains("number") && !common.contains("integer") {
                common.append("integer")
            }
            if common.isEmpty { isImpossible = true }
            return .list(common.map { .string($0) })
        case "items": return ["allOf": [one, other]]
        case _ where Self.isRemark(keyword): return one
        case "anyOf",
            "oneOf" where !lost.contains(keyword):
            lost.append(keyword)
            return one
        default:
            if !lost.contains(keyword) { lost.append(keyword) }
            return one
        }
    }

    /// `additionalProperties` speaks of the keys that its own schema does not name.
    private mutating func mergeObjects(_ one: Mapping, _ other: Mapping, into result: inout Mapping) {
        var properties: Mapping = [:]
        for (mine, theirs) in [(one, other), (other, one)] {
            for (name, schema) in mine["properties"]?.mapping ?? [:] where properties[name] == nil {
                if let second = theirs["properties"]?.mapping?[name] {
                    properties[name] = ["allOf": [schema, second]]
                } else if let more = theirs["additionalProperties"], more != true {
                    properties[name] = more == false ? false : ["allOf": [schema, more]]
                } else {
                    properties[name] = schema
                }
            }
        }
        if one["properties"] != nil || other["properties"] != nil { result["properties"] = .mapping(properties) }
        let required = (one["required"]?.list ?? []) + (other["required"]?.list ?? [])
        if !required.isEmpty {
            result["required"] = .list(required.reduce(into: []) { if !$0.contains($1) { $0.append($1) } })
        }
        switch (one["additionalProperties"], other["additionalProperties"]) {
        case (nil, nil): break
        case (let first?, nil): result["additionalProperties"] = first
        case (nil, let second?): result["additionalProperties"] = second
        case (let first?, let second?):
            result["additionalProperties"] = first == false || second == false ? false : ["allOf": [first, second]]
        }
    }

    // MARK: Schemas in general

    /// Keywords that say nothing of values.
    static func isRemark(_ keyword: String) -> Bool {
        [
            "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment", "$schema",
            "$id", "$anchor", "$defs", "definitions",
        ].contains(keyword)
    }

    /// What a reference inside a document leads to.
    static func find(_ target: String, in document: Value) -> Value? {
        if target == "#" || target == document["$id"]?.string { return document }
        guard target.hasPrefix("#") else { return nil }
        guard target.hasPrefix("#/") else { return anchored(String(target.dropFirst()), in: document) }
        var value = document
        for part in target.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false) {
            let key = (part.removingPercentEncoding ?? String(part))
                .replacing("~1", with: "/").replacing("~0", with: "~")
            if let next = value[key] {
                value = next
            } else if let list = value.list, let index = Int(key), list.indices.contains(index) {
                value = list[index]
            } else {
                return nil
            }
        }
        return value
    }

    private static func anchored(_ name: String, in value: Value) -> Value? {
        if value["$anchor"]?.string == name { return value }
        let parts = value.mapping.map { Array($0.values) } ?? value.list ?? []
        return parts.lazy.compactMap { anchored(name, in: $0) }.first
    }

    static func isOf(_ type: String, _ value: Value) -> Bool {
        switch type {
        case "object": value.mapping != nil
        case "array": value.list != nil
        case "string": value.string != nil
        case "boolean": value == true || value == false
        case "null": value == .null
        case "integer": value.number.map { $0.rounded() == $0 } ?? false
        case "number": value.number != nil
        default: false
        }
    }

    /// Whether a value might fit two of the schemas, as far as types and constant members tell.
    static func mayOverlap(_ schemas: [Value]) -> Bool {
        for (index, one) in schemas.enumerated() {
            for other in schemas.dropFirst(index + 1) where !areApart(one, other) { return true }
        }
        return false
    }

    private static func areApart(_ one: Value, _ other: Value) -> Bool {
        if let first = one["type"].map(SchemaGrammarBuilder.typeNames),
            let second = other["type"].map(SchemaGrammarBuilder.typeNames),
            !first.contains(where: second.contains),
            !(first + second).contains("number") || !(first + second).contains("integer")
        {
            return true
        }
        if let first = constants(one), let second = constants(other), !first.contains(where: second.contains) {
            return true
        }
        let required = (one["required"]?.list ?? []).filter { (other["required"]?.list ?? []).contains($0) }
        return required.compactMap(\.string).contains { name in
            guard let first = one["properties"]?[name].flatMap(constants),
                let second = other["properties"]?[name].flatMap(constants)
            else { return false }
            return !first.contains(where: second.contains)
        }
    }

    private static func constants(_ schema: Value) -> [Value]? {
        schema["const"].map { [$0] } ?? schema["enum"]?.list
    }
}
