package import Foundation

/// A run that is about to begin.
package struct NewRun: Sendable, Hashable {
    package var id: RunID
    /// The workflow's name.
    package var workflow: String
    /// Where the workflow's file is; `nil` where it came by another way.
    package var path: String?
    /// The file as it is now: a resume uses this, whatever becomes of the file.
    package var workflowText: String
    /// Of `workflowText`, in hexadecimal digits. Each text is kept once.
    package var workflowSHA256: String
    /// A JSON object.
    package var inputs: String
    /// What began it: `shell`, `schedule`, …
    package var trigger: String
    package var nightjarVersion: String
    package var pid: Int32
    package var host: String
    package var started: Date

    package init(
        id: RunID, workflow: String, path: String?, workflowText: String, workflowSHA256: String, inputs: String,
        trigger: String, nightjarVersion: String, pid: Int32, host: String, started: Date
    ) {
        self.id = id
        self.workflow = workflow
        self.path = path
        self.workflowText = workflowText
        self.workflowSHA256 = workflowSHA256
        self.inputs = inputs
        self.trigger = trigger
        self.nightjarVersion = nightjarVersion
        self.pid = pid
        self.host = host
        self.started = started
    }
}
