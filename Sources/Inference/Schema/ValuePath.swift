import Jinja

/// The way to a part of a value, as people write it.
enum ValuePath {
    enum Step {
        case key(String)
        case index(Int)
    }

    /// `items[2].price`; a key that is no plain word stands in brackets and quotes.
    static func text(of steps: [Step]) -> String {
        var text = ""
        for step in steps {
            switch step {
            case .index(let index): text += "[\(index)]"
            case .key(let key) where isPlain(key): text += text.isEmpty ? key : ".\(key)"
            case .key(let key): text += "[\(Wording.quoted(key))]"
            }
        }
        return text
    }

    private static func isPlain(_ key: String) -> Bool {
        !key.isEmpty && key.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    }
}
