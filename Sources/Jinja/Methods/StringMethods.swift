extension Renderer {
    func callMethod(_ name: String, of text: String, _ arguments: Arguments) throws(TemplateError) -> Value {
        try charge(text: text.utf8.count)
        if name == "format" { return .string(try format(text, arguments)) }
        let call = StringMethodCall(name: name, text: text, arguments: arguments, renderer: self)
        if let value = try call.caseOrKind() { return value }
        if let value = try call.search() { return value }
        if let value = try call.parts() { return value }
        if let value = try call.layout() { return value }
        throw TemplateError(.undefined, "a string has no method `\(name)`")
    }
}

/// One call of a method on a string.
private struct StringMethodCall {
    let name: String
    let text: String
    let arguments: Arguments
    let renderer: Renderer

    func bind(_ names: [String] = [], required: Int = 0) throws(TemplateError) -> BoundArguments {
        for value in arguments.positional { try renderer.refuseUndefined(value) }
        return try BoundArguments(arguments, to: names, required: required, callee: name)
    }

    func caseOrKind() throws(TemplateError) -> Value? {
        let value: Value
        switch name {
        case "upper": value = .string(text.pythonUppercased)
        case "lower", "casefold": value = .string(text.pythonLowercased)
        case "title": value = .string(text.titlecasedRuns)
        case "capitalize": value = .string(text.capitalizedFirst)
        case "swapcase": value = .string(text.swappedCase)
        case "isupper": value = .boolean(text.isUppercaseText)
        case "islower": value = .boolean(text.isLowercaseText)
        case "istitle": value = .boolean(text.isTitlecaseText)
        case "isalpha": value = .boolean(text.hasOnly(\.isPythonAlpha))
        case "isdigit": value = .boolean(text.hasOnly(\.isPythonDigit))
        case "isdecimal": value = .boolean(text.hasOnly(\.isPythonDecimal))
        case "isnumeric": value = .boolean(text.hasOnly(\.isPythonNumeric))
        case "isalnum": value = .boolean(text.hasOnly(\.isPythonAlphanumeric))
        case "isspace": value = .boolean(text.hasOnly(\.isPythonSpace))
        case "isascii": value = .boolean(text.isASCIIText)
        case "isprintable": value = .boolean(text.unicodeScalars.allSatisfy(\.isPrintable))
        case "isidentifier":
            let scalars = text.unicodeScalars
            value = .boolean(
                (scalars.first.map { $0.properties.isXIDStart || $0 == "_" } ?? false)
                    && scalars.allSatisfy(\.properties.isXIDContinue))
        default: return nil
        }
        _ = try bind()
        return value
    }

    func search() throws(TemplateError) -> Value? {
        switch name {
        case "startswith", "endswith":
            let bound = try bind(["prefix", "start", "end"], required: 1)
            let piece = ByteText(ScalarText(text).slice(try bound.optionalInteger(1), try bound.optionalInteger(2)))
            let candidates = bound[0]?.list ?? [bound[0] ?? .null]
            for candidate in candidates {
                guard case .string(let part) = candidate else {
                    throw bound.wrongType(0, candidate, "a string")
                }
                let bytes = Array(part.utf8)
                let matches =
                    name == "startswith"
                    ? piece.bytes.starts(with: bytes)
                    : piece.bytes.count >= bytes.count && piece.bytes.suffix(bytes.count).elementsEqual(bytes)
                if matches { return .boolean(true) }
            }
            return .boolean(false)
        case "find", "index", "rfind", "rindex":
            let bound = try bind(["sub", "start", "end"], required: 1)
            let position = try find(bound, fromRight: name.hasPrefix("r"))
            if position < 0, name.hasSuffix("index") {
                throw TemplateError(.argument, "`\(name)` finds no such text in the string")
            }
            return .integer(position)
        case "count":
            let bound = try bind(["sub", "start", "end"], required: 1)
            let piece = ScalarText(text).slice(try bound.optionalInteger(1), try bound.optionalInteger(2))
            let part = try bound.string(0)
            if part.isEmpty { return .integer(piece.unicodeScalars.count + 1) }
            return .integer(ByteText(piece).ranges(of: ByteText(part)).count)
        case "replace":
            let bound = try bind(["old", "new", "count"], required: 2)
            return .string(
                try renderer.replace(text, try bound.string(0), try bound.string(1), try bound.integer(2, default: -1)))
        case "removeprefix", "removesuffix":
            let bound = try bind(["prefix"], required: 1)
            let part = try bound.string(0)
            let bytes = Array(text.utf8)
            if name == "removeprefix", bytes.starts(with: part.utf8) {
                return .string(String(decoding: bytes.dropFirst(part.utf8.count), as: UTF8.self))
            }
            if name == "removesuffix", bytes.suffix(part.utf8.count).elementsEqual(part.utf8) {
                return .string(String(decoding: bytes.dropLast(part.utf8.count), as: UTF8.self))
            }
            return .string(text)
        default: return nil
        }
    }

    /// The index of a part in scalars, -1 where there is none.
    private func find(_ bound: BoundArguments, fromRight: Bool) throws(TemplateError) -> Int {
        let whole = ScalarText(text)
        let start = try bound.optionalInteger(1) ?? 0
        let first = start < 0 ? max(start + whole.count, 0) : start
        let end = try bound.optionalInteger(2)
        guard first <= whole.count else { return -1 }
        let piece = ByteText(whole.slice(first, end))
        let part = ByteText(try bound.string(0))
        if part.bytes.isEmpty, let end, (end < 0 ? end + whole.count : end) < first { return -1 }
        let range =
            fromRight ? piece.lastRange(of: part, before: piece.bytes.count) : piece.firstRange(of: part, from: 0)
        guard let range else { return -1 }
        return first + piece.text(0..<range.lowerBound).unicodeScalars.count
    }

    func parts() throws(TemplateError) -> Value? {
        let parts: [String]
        switch name {
        case "split", "rsplit":
            let bound = try bind(["sep", "maxsplit"], required: 0)
            let limit = try bound.integer(1, default: -1)
            if let separator = try bound.optionalString(0) {
                guard !separator.isEmpty else { throw TemplateError(.argument, "`\(name)` needs a separator") }
                parts =
                    name == "split"
                    ? text.split(at: separator, limit: limit) : text.splitFromRight(at: separator, limit: limit)
            } else {
                parts = name == "split" ? text.splitAtSpace(limit: limit) : text.splitAtSpaceFromRight(limit: limit)
            }
        case "splitlines": parts = text.pythonLines(keepEnds: try bind(["keepends"]).flag(0))
        case "partition", "rpartition":
            let separator = try bind(["sep"], required: 1).string(0)
            guard !separator.isEmpty else { throw TemplateError(.argument, "`\(name)` needs a separator") }
            let found =
                name == "partition"
                ? text.split(at: separator, limit: 1) : text.splitFromRight(at: separator, limit: 1)
            if found.count == 2 {
                parts = [found[0], separator, found[1]]
            } else {
                parts = name == "partition" ? [text, "", ""] : ["", "", text]
            }
            return renderer.tuple(parts.map { .string($0) })
        default: return nil
        }
        try renderer.checkCount(parts.count)
        return .list(parts.map { .string($0) })
    }

    func layout() throws(TemplateError) -> Value? {
        switch name {
        case "strip", "lstrip", "rstrip":
            let characters = try bind(["chars"]).optionalString(0)
            return .string(text.stripped(name == "strip" ? .both : name == "lstrip" ? .left : .right, of: characters))
        case "join":
            let bound = try bind(["iterable"], required: 1)
            var strings: [String] = []
            for value in try renderer.items(of: bound[0] ?? .null) {
                guard case .string(let part) = value else {
                    try renderer.refuseUndefined(value)
                    throw TemplateError(.type, "`join` joins strings, not \(value.kindPhrase)")
                }
                strings.append(part)
            }
            return .string(try renderer.join(strings, with: text))
        case "center", "ljust", "rjust":
            let bound = try bind(["width", "fillchar"], required: 1)
            let fill = try bound.string(1, default: " ").unicodeScalars
            guard fill.count == 1, let scalar = fill.first else {
                throw TemplateError(.argument, "the argument `fillchar` of `\(name)` must be one character")
            }
            let width = try bound.integer(0)
            try renderer.checkLength(width)
            return .string(
                text.padded(to: width, with: scalar, name == "center" ? .both : name == "ljust" ? .left : .right))
        case "zfill":
            let width = try bind(["width"], required: 1).integer(0)
            try renderer.checkLength(width)
            let hasSign = text.utf8.first == minus || text.utf8.first == plus
            let digits = hasSign ? String(text.unicodeScalars.dropFirst()) : text
            let filled = digits.padded(to: hasSign ? width - 1 : width, with: "0", .right)
            return .string(hasSign ? String(text.unicodeScalars.prefix(1)) + filled : filled)
        case "expandtabs": return .string(try expandTabs(try bind(["tabsize"]).integer(0, default: 8)))
        default: return nil
        }
    }

    private func expandTabs(_ size: Int) throws(TemplateError) -> String {
        let tabs = text.utf8.count { $0 == 0x09 }
        let (bytes, overflow) = tabs.multipliedReportingOverflow(by: max(size, 0))
        try renderer.checkLength(overflow ? Int.max : bytes)
        var result = String.UnicodeScalarView()
        var column = 0
        for scalar in text.unicodeScalars {
            if scalar == "\t" {
                let width = size > 0 ? size - column % size : 0
                result.append(contentsOf: repeatElement(" ", count: width))
                column += width
            } else {
                result.append(scalar)
                column = scalar == "\n" || scalar == "\r" ? 0 : column + 1
            }
        }
        return String(result)
    }
}

extension Renderer {
    func replace(_ text: String, _ old: String, _ new: String, _ limit: Int) throws(TemplateError) -> String {
        // The result can be no longer than if every byte were replaced; only then the matches are counted.
        let (most, overflow) = (text.utf8.count + 1).multipliedReportingOverflow(by: new.utf8.count + 1)
        if overflow || most > limits.outputBytes {
            let found = old.isEmpty ? text.unicodeScalars.count + 1 : ByteText(text).ranges(of: ByteText(old)).count
            let matches = limit < 0 ? found : min(found, limit)
            let (added, overflow) = matches.multipliedReportingOverflow(by: new.utf8.count)
            try checkLength(overflow ? Int.max : added)
        }
        let result = text.replacing(old, with: new, limit: limit)
        try checkLength(result)
        try charge(text: text.utf8.count + result.utf8.count)
        return result
    }

    func join(_ strings: [String], with separator: String) throws(TemplateError) -> String {
        var bytes = 0
        for string in strings { bytes += string.utf8.count }
        let (separators, overflow) = max(strings.count - 1, 0).multipliedReportingOverflow(by: separator.utf8.count)
        try checkLength(overflow ? Int.max : bytes + separators)
        try charge(text: bytes + separators)
        return strings.joined(separator: separator)
    }
}
