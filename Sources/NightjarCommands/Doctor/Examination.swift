import Foundation
import History
import Inference
import LlamaEngine
import Workflow

/// Looks at everything that a run depends on.
struct Examination {
    let logging: LoggingOptions

    func findings() async -> [Finding] {
        let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        let project = Project(around: here)
        let places = Places()
        var findings = [
            Finding(subject: "nightjar", verdict: .good, detail: Nightjar.version),
            Finding(subject: "libllama", verdict: .good, detail: LlamaEngine.libraryDescription),
            state(places), await record(places), workflows(project),
        ]
        do {
            let session = try Session(project: project, logging: logging, places: places)
            findings.append(
                Finding(subject: "configuration", verdict: .good, detail: configurationFiles(project, places)))
            findings.append(await models(session))
            findings += await EngineFindings(session).findings()
            await session.close()
        } catch {
            let message = (error as? CommandFailure)?.message ?? "\(error)"
            findings.append(
                Finding(subject: "configuration", verdict: .bad, detail: message, advice: "mend the file"))
        }
        return findings
    }

    private func state(_ places: Places) -> Finding {
        var existing = places.state
        while !FileManager.default.fileExists(atPath: existing.path), existing.path != "/" {
            existing = existing.deletingLastPathComponent()
        }
        guard FileManager.default.isWritableFile(atPath: existing.path) else {
            return Finding(
                subject: "state folder", verdict: .bad, detail: "\(places.state.path) cannot be written",
                advice: "give yourself write permission, or set NIGHTJAR_HOME to another folder")
        }
        return Finding(subject: "state folder", verdict: .good, detail: places.state.path)
    }

    private func record(_ places: Places) async -> Finding {
        let path = places.history.path
        guard FileManager.default.fileExists(atPath: path) else {
            return Finding(
                subject: "history", verdict: .good, detail: "no runs yet, so \(path) is not there yet")
        }
        do {
            let history = try HistoryStore(readingFrom: path)
            let defects = try await history.defects()
            let size = try await history.size()
            try history.close()
            guard defects.damage.isEmpty else {
                return Finding(
                    subject: "history", verdict: .bad,
                    detail: "\(path) is damaged: \(defects.damage.joined(separator: "; "))",
                    advice:
                        "the next run sets it aside as it is and begins a new one; `sqlite3` can recover what is whole")
            }
            return Finding(
                subject: "history", verdict: .good, detail: "\(path), \(Figures.bytes(size.file)), whole",
                advice: defects.orphans == 0
                    ? nil
                    : "\(Figures.count(defects.orphans, "row")) belong to runs that were removed by hand; `nightjar runs prune` removes them"
            )
        } catch {
            return Finding(subject: "history", verdict: .bad, detail: error.message)
        }
    }

    private func workflows(_ project: Project) -> Finding {
        let files = project.workflowFiles()
        guard !files.isEmpty else {
            return Finding(
                subject: "workflows", verdict: .absent, detail: "none in \(project.workflows.path)",
                advice: "`nightjar init` makes a first one")
        }
        return Finding(
            subject: "workflows", verdict: .good,
            detail: "\(files.count) in \(project.workflows.path); `nightjar check` tells their mistakes")
    }

    private func configurationFiles(_ project: Project, _ places: Places) -> String {
        let files = [project.folder.appending(path: Configuration.fileName), places.configuration]
            .filter { FileManager.default.fileExists(atPath: $0.path) }
        return files.isEmpty ? "none, so the defaults hold" : files.map(\.path).joined(separator: ", ")
    }

    private func models(_ session: Session) async -> Finding {
        let models = await session.allModels().models
        guard !models.isEmpty else {
            return Finding(
                subject: "models", verdict: .bad, detail: "none found",
                advice: "put a .gguf file into \(session.places.models.path), or into `models` in the project")
        }
        let names = models.prefix(5).map(\.reference).joined(separator: ", ")
        return Finding(
            subject: "models", verdict: .good,
            detail: "\(names)\(models.count > 5 ? " and \(models.count - 5) more" : "")")
    }
}
