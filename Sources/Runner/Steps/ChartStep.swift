import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

extension ChartStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        let path = try path(context)
        let file = try context.files.writable(path)
        let reading = try reading(context)
        let written = try await context.put(try picture(of: reading, context), to: file, as: .replace)
        var result = context.tell(written, path: path)
        result["rows"] = .integer(reading.drawn)
        result["warnings"] = .list(reading.warnings.map { .string($0) })
        return result
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        let path = try path(context)
        let file = try context.files.writable(path)
        let reading = try reading(context)
        let size = try picture(of: reading, context).count
        let what = FileManager.default.fileExists(atPath: file.path) ? "replaces" : "writes"
        let rows = "\(reading.drawn) row\(reading.drawn == 1 ? "" : "s")"
        let line = "\(what) \(path), a chart of the kind \(kind.rawValue) of \(rows), \(size) bytes"
        return StepPreview(lines: [line] + reading.warnings, result: nil)
    }

    private func path(_ view: some StepView) throws -> String {
        let path = try view.text(path)
        guard URL(filePath: path).pathExtension.lowercased() == "svg" else {
            throw StepFailure(.badValue, "a chart is an SVG file, and the path \(path) does not end with `.svg`")
        }
        return path
    }

    private func reading(_ view: some StepView) throws -> ChartReading {
        try ChartReading(self, rows: try view.value(rows))
    }

    private func picture(of reading: ChartReading, _ view: some StepView) throws -> Data {
        let usual: String =
            switch kind {
            case .histogram: "count"
            case .bar where y == nil: "count"
            case .bar, .line, .scatter: y?.count == 1 ? y?.first ?? "" : ""
            }
        let chart = Chart(
            content: reading.content, title: try title.map(view.text) ?? "",
            horizontalTitle: try horizontalTitle.map(view.text) ?? x,
            verticalTitle: try verticalTitle.map(view.text) ?? usual, width: Double(width), height: Double(height))
        return Data(try ChartDrawing.svg(of: chart).utf8)
    }
}
