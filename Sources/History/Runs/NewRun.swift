package import Foundation

/// A run that is about to begin.
package struct NewRun: Sendable, Hashable {
    package var id: RunID
    /// The workflow's name.
    package var workflow: String
    /// Where the workflow's file is; `nil` where it came by another way.
    package var path: String?
    /// What is to be done: a resume uses this, whatever becomes of the files.
    package var texts: RunTexts
    /// A JSON object.
    package var inputs: String
    /// What the command line said beside the inputs, as a JSON object.
    package var options: String?
    /// The run with whose results this one begins, and which of its steps these are.
    package var headStart: HeadStart?
    /// What began it: `shell`, `schedule`, `change` or `manual`.
    package var trigger: String
    /// What it is for, where the scheduler started it.
    package var occurrence: OccurrenceRowID?
    package var process: RunProcess
    package var started: Date

    package init(
        id: RunID, workflow: String, path: String?, texts: RunTexts, inputs: String, options: String? = nil,
        headStart: HeadStart? = nil, trigger: String, occurrence: OccurrenceRowID? = nil, process: RunProcess,
        started: Date
    ) {
        self.id = id
        self.workflow = workflow
        self.path = path
        self.texts = texts
        self.inputs = inputs
        self.options = options
        self.headStart = headStart
        self.trigger = trigger
        self.occurrence = occurrence
        self.process = process
        self.started = started
    }
}

/// With what a run begins: the results that another one has of some steps.
package struct HeadStart: Sendable, Hashable {
    package var run: RunID
    package var steps: [StepRowID]

    package init(run: RunID, steps: [StepRowID]) {
        self.run = run
        self.steps = steps
    }
}

/// Who works on a run.
package struct RunProcess: Sendable, Hashable {
    package var nightjarVersion: String
    package var pid: Int32
    package var host: String

    package init(nightjarVersion: String, pid: Int32, host: String) {
        self.nightjarVersion = nightjarVersion
        self.pid = pid
        self.host = host
    }
}

/// A file's text with its digest in hexadecimal digits. The record keeps each text once.
package struct DigestedText: Sendable, Hashable {
    package var text: String
    package var sha256: String

    package init(text: String, sha256: String) {
        self.text = text
        self.sha256 = sha256
    }
}

/// The files that say what a run does, as they were.
package struct RunTexts: Sendable, Hashable {
    package var workflow: DigestedText
    /// Those of the workflows that it calls, directly or through others, by their paths.
    package var called: [String: DigestedText]

    package init(workflow: DigestedText, called: [String: DigestedText] = [:]) {
        self.workflow = workflow
        self.called = called
    }
}
