import Foundation
import History
import Jinja
import OrderedCollections
import Workflow

extension RunNames {
    /// The values behind the names that every expression of a run may use, but for `steps`.
    static func values(
        inputs: Mapping, id: RunID, started: Date, definition: WorkflowDefinition, file: URL?, setting: RunSetting
    ) -> Mapping {
        let local = Calendar.current.dateComponents([.year, .month, .day, .hour, .minute, .second], from: started)
        func digits(_ number: Int?, _ width: Int) -> String {
            let text = String(number ?? 0)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let date = "\(digits(local.year, 4))-\(digits(local.month, 2))-\(digits(local.day, 2))"
        let occasion = setting.options.occasion
        let time = "\(digits(local.hour, 2)):\(digits(local.minute, 2)):\(digits(local.second, 2))"
        return [
            "inputs": .mapping(inputs),
            "steps": [:],
            "env": .mapping(
                Mapping(
                    setting.environment.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) },
                    uniquingKeysWith: { first, _ in first })),
            "run": [
                "id": .string(id.text), "date": .string(date), "time": .string(time),
                "started_at": .string(started.formatted(.iso8601)),
                "scheduled_for": .string(occasion?.scheduledFor ?? started.formatted(.iso8601)),
                "trigger": .string(occasion?.trigger ?? RunOccasion.shell),
                "files": .list(occasion?.files.map { .string($0) } ?? []),
            ],
            "workflow": .mapping(workflow(definition, file: file, project: setting.project)),
        ]
    }

    static func workflow(_ definition: WorkflowDefinition, file: URL?, project: Project) -> Mapping {
        [
            "name": .string(definition.name), "path": .string(file?.path ?? definition.source.file),
            "folder": .string(project.folder.path),
        ]
    }
}

extension Mapping {
    /// The same names for the steps of `on_failure`.
    func telling(_ state: RunState, because error: RecordedError) -> Mapping {
        var names = self
        var run = self["run"]?.mapping ?? [:]
        run["state"] = .string(state.rawValue)
        run["error"] = ["code": .string(error.code), "message": .string(error.message)]
        names["run"] = .mapping(run)
        return names
    }

    /// The same names with the results of more steps under `steps`.
    func adding(steps results: Mapping) -> Mapping {
        var names = self
        if var steps = self["steps"]?.mapping, !steps.isEmpty {
            steps.merge(results) { _, new in new }
            names["steps"] = .mapping(steps)
        } else {
            names["steps"] = .mapping(results)
        }
        return names
    }
}
