import Crypto
import Foundation
import Jinja
import OrderedCollections
import Workflow

extension ListStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        try list(try context.text(path), in: context.files)
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        let pattern = try context.text(path)
        let result = try list(pattern, in: context.files)
        let paths = (result["files"]?.list ?? []).compactMap { $0["path"]?.string }
        let shown = paths.prefix(5).map { "  \($0)" } + (paths.count > 5 ? ["  … and \(paths.count - 5) more"] : [])
        return StepPreview(lines: ["finds \(paths.count) files matching \(pattern)"] + shown, result: result)
    }

    private func list(_ pattern: String, in files: ProjectFiles) throws -> Mapping {
        guard !pattern.isEmpty else { throw StepFailure(.badValue, "`list` got an empty path") }
        let found = try FilePattern(hidden: hidden).files(matching: files.url(pattern))
        var entries: [Value] = []
        for file in found {
            try Task.checkCancellation()
            entries.append(.mapping(try FileFacts(file, shownAs: files.shown(file)).mapping))
        }
        return ["files": .list(entries), "count": .integer(entries.count)]
    }
}
