/// The methods of strings, lists and mappings, by their Python names.
enum Methods {
    static let ofStrings: Set<String> = [
        "capitalize", "casefold", "center", "count", "endswith", "expandtabs", "find", "format", "index", "isalnum",
        "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace",
        "istitle", "isupper", "join", "ljust", "lower", "lstrip", "partition", "removeprefix", "removesuffix",
        "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith",
        "strip", "swapcase", "title", "upper", "zfill",
    ]
    static let ofLists: Set<String> = [
        "append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort",
    ]
    static let ofMappings: Set<String> = [
        "clear", "copy", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values",
    ]

    static func names(of value: Value) -> Set<String> {
        switch value {
        case .string: ofStrings
        case .list: ofLists
        case .tuple: ["count", "index"]
        case .mapping: ofMappings
        case .transient(let handle):
            switch handle.kind {
            case .loop: LoopState.methods
            case .cycler: ["next", "reset"]
            default: []
            }
        default: []
        }
    }

    static func exists(_ name: String, on value: Value) -> Bool { names(of: value).contains(name) }
}
