import Foundation

/// Programs that turn documents into text: poppler's `pdftotext` for PDF, `pandoc` for Word, OpenDocument and others.
struct DocumentProgram: Sendable {
    var environment: [String: String]
    var folder: URL
    /// For the text, in bytes.
    var largest: Int

    /// The texts of the pages of a PDF.
    ///
    /// - Parameter shown: the path as the user wrote it.
    /// - Returns: the texts, and what the program found wrong with the file all the same.
    /// - Throws: ``StepFailure`` with code `bad_data` where the file is damaged or protected.
    func pages(ofPDF file: URL, shown: String) async throws -> (pages: [String], complaints: [String]) {
        let outcome = try await run(
            "pdftotext", ["-enc", "UTF-8", file.path, "-"], for: "PDF files", package: "poppler-utils",
            homebrew: "poppler")
        let errors = String(decoding: outcome.errors, as: UTF8.self)
        guard outcome.exitCode == 0 else {
            if errors.contains("password") || outcome.exitCode == 3 {
                throw StepFailure(.badData, "\(shown) is protected by a password: take the protection off first")
            }
            throw StepFailure(.badData, "\(shown) is no PDF that can be read\(Self.reason(errors))")
        }
        var pages = String(decoding: outcome.output, as: UTF8.self)
            .split(separator: "\u{C}", omittingEmptySubsequences: false).map(String.init)
        // Each page ends with a form feed.
        if pages.last?.isEmpty == true { pages.removeLast() }
        return (pages, Self.complaints(errors))
    }

    /// What a program said of a file that it has read: some of it may be missing.
    private static func complaints(_ errors: String) -> [String] {
        let lines = errors.split(whereSeparator: \.isNewline).filter { $0.contains { !$0.isWhitespace } }
        guard !lines.isEmpty else { return [] }
        let more = lines.count > mostComplaints ? ["and \(lines.count - mostComplaints) more such complaints"] : []
        return ["the file is damaged, and some of it may be missing"]
            + lines.prefix(mostComplaints).map { String($0.prefix(200)) } + more
    }

    private static let mostComplaints = 5

    /// The text of a document as Markdown.
    ///
    /// - Parameter format: as pandoc calls it.
    /// - Returns: the text, and what the program found wrong with the file all the same.
    func markdown(
        of file: URL, format: String, shown: String
    ) async throws -> (text: String, complaints: [String]) {
        let outcome = try await run(
            "pandoc", ["--sandbox", "--from=\(format)", "--to=gfm", "--wrap=none", file.path], for: "\(format) files",
            package: "pandoc", homebrew: "pandoc")
        let errors = String(decoding: outcome.errors, as: UTF8.self)
        guard outcome.exitCode == 0 else {
            throw StepFailure(.badData, "\(shown) is no \(format) file that can be read\(Self.reason(errors))")
        }
        return (String(decoding: outcome.output, as: UTF8.self), Self.complaints(errors))
    }

    private static func reason(_ errors: String) -> String {
        let lines = errors.split(whereSeparator: \.isNewline).prefix(3)
        return lines.isEmpty ? "" : ": \(lines.joined(separator: " ").prefix(200))"
    }

    private func run(
        _ program: String, _ arguments: [String], for what: String, package: String, homebrew: String
    ) async throws -> ChildProcess.Outcome {
        let process = ChildProcess(
            program: program, arguments: arguments, environment: environment, folder: folder, input: "",
            largestOutput: largest)
        do {
            return try await process.run()
        } catch let failure as StepFailure where failure.code == .badValue {
            throw StepFailure(
                .badData,
                "\(what) are read by `\(program)`, which is not here: install it (`apt install \(package)`, `brew install \(homebrew)`)"
            )
        }
    }
}
