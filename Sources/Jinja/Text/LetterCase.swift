/// Upper and lower case as Python's `str` has it.
extension String {
    var pythonUppercased: String {
        if isASCIIText { return uppercased() }
        var result = ""
        for scalar in unicodeScalars { result += scalar.properties.uppercaseMapping }
        return result
    }

    var pythonLowercased: String {
        if isASCIIText { return lowercased() }
        var result = ""
        let scalars = Array(unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            result += scalar == "Σ" ? scalars.lowercaseSigma(at: index) : scalar.properties.lowercaseMapping
        }
        return result
    }

    /// The first letter in title case, the rest in lower case.
    var capitalizedFirst: String {
        guard let first = unicodeScalars.first else { return self }
        let rest = String(String.UnicodeScalarView(unicodeScalars.dropFirst()))
        return first.properties.titlecaseMapping + rest.pythonLowercased
    }

    /// As `str.title`: each run of letters starts in title case.
    var titlecasedRuns: String {
        var result = ""
        var isInside = false
        let scalars = Array(unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let properties = scalar.properties
            if isInside {
                result += scalar == "Σ" ? scalars.lowercaseSigma(at: index) : properties.lowercaseMapping
            } else {
                result += properties.titlecaseMapping
            }
            isInside = properties.isCased
        }
        return result
    }

    var swappedCase: String {
        var result = ""
        let scalars = Array(unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let properties = scalar.properties
            if scalar == "Σ" {
                result += scalars.lowercaseSigma(at: index)
            } else {
                result += properties.isUppercase ? properties.lowercaseMapping : properties.uppercaseMapping
            }
        }
        return result
    }

    /// As `str.islower`: some letter has case, and none is in upper or title case.
    var isLowercaseText: Bool {
        var hasCase = false
        for scalar in unicodeScalars {
            let properties = scalar.properties
            if properties.isUppercase || properties.generalCategory == .titlecaseLetter { return false }
            if properties.isLowercase { hasCase = true }
        }
        return hasCase
    }

    /// As `str.isupper`.
    var isUppercaseText: Bool {
        var hasCase = false
        for scalar in unicodeScalars {
            let properties = scalar.properties
            if properties.isLowercase || properties.generalCategory == .titlecaseLetter { return false }
            if properties.isUppercase { hasCase = true }
        }
        return hasCase
    }

    /// As `str.istitle`.
    var isTitlecaseText: Bool {
        var hasCase = false
        var isInside = false
        for scalar in unicodeScalars {
            let properties = scalar.properties
            if properties.isUppercase || properties.generalCategory == .titlecaseLetter {
                if isInside { return false }
                isInside = true
                hasCase = true
            } else if properties.isLowercase {
                if !isInside { return false }
                hasCase = true
            } else {
                isInside = false
            }
        }
        return hasCase
    }

    var isASCIIText: Bool { utf8.allSatisfy { $0 < 0x80 } }

    /// Whether there is a scalar, and the rule holds for all of them.
    func hasOnly(_ rule: (Unicode.Scalar) -> Bool) -> Bool { !isEmpty && unicodeScalars.allSatisfy(rule) }
}

extension [Unicode.Scalar] {
    /// A sigma is written `ς` at the end of a word: a letter before it, none after it.
    fileprivate func lowercaseSigma(at index: Int) -> String {
        let before = self[..<index].last { !$0.properties.isCaseIgnorable }
        let after = self[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true ? "ς" : "σ"
    }
}

extension Unicode.Scalar {
    var isPythonAlpha: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    var isPythonDecimal: Bool { properties.numericType == .decimal }
    var isPythonDigit: Bool { properties.numericType == .decimal || properties.numericType == .digit }
    var isPythonNumeric: Bool { properties.numericType != nil }
    var isPythonAlphanumeric: Bool { isPythonAlpha || isPythonNumeric }
    /// As `\w` in Python's regular expressions.
    var isPythonWord: Bool { isPythonAlphanumeric || self == "_" }
}
