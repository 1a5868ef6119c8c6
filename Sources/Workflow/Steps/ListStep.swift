import Jinja

/// `list:` finds files.
package struct ListStep: StepKind {
    package var path = TemplatedText.constant("")
    package var hidden = false

    package init() {}

    package static let key = "list"
    package static let summary = """
        Finds files by a pattern, sorted by path. Nothing found is not a mistake: the list is then empty.
        """
    package static let shorthand: String? = "path"
    package static let fields: [Field<Self>] = [
        .required(
            "path", \.path, .someText,
            "A path with `*` and `?` for parts of a name, `[abc]` for one character, `**` for any folders, below the project folder or absolute."
        ),
        .optional(
            "hidden", \.hidden, .boolean, default: false,
            "Whether names that begin with a dot are found by `*` and `**`."),
    ]
    package static let outputs: [Shape.Member] = [
        .init("files", .list(of: .mapping(FileShape.members)), "The files found."),
        .init("count", .integer, "How many files were found."),
    ]
}

/// What is told of a file.
enum FileShape {
    static let members: [Shape.Member] = [
        .init("path", .text, "The file's path, as later steps can read it."),
        .init("name", .text, "The last part of the path: `report.txt`."),
        .init("stem", .text, "The name without its extension: `report`."),
        .init("extension", .text, "What follows the last dot: `txt`; empty where there is none."),
        .init("bytes", .integer, "The file's size in bytes."),
        .init("modified", .text, "When the file was last changed, in UTC by ISO 8601."),
        .init("sha256", .text, "The digest of the file's content, in hexadecimal digits."),
    ]
}
