import Foundation
import Jinja
import OrderedCollections

/// What the shell says to the daemon: one JSON object in a line.
package enum DaemonRequest: Sendable, Hashable {
    /// Run a workflow.
    ///
    /// - Parameters:
    ///   - inputs: a JSON object.
    ///   - waits: whether its end is to be told too.
    case trigger(path: String, inputs: String, waits: Bool)

    package var json: String {
        switch self {
        case .trigger(let path, let inputs, let waits):
            Value.mapping([
                "do": "trigger", "path": .string(path), "inputs": (try? Value(json: inputs)) ?? [:],
                "wait": .boolean(waits),
            ]).json(.compact)
        }
    }

    init?(json: String) {
        guard let value = try? Value(json: json) else { return nil }
        switch value["do"]?.string {
        case "trigger":
            guard let path = value["path"]?.string else { return nil }
            self = .trigger(
                path: path, inputs: (value["inputs"] ?? [:]).json(.compact), waits: value["wait"] == true)
        default: return nil
        }
    }
}

/// What the daemon answers: one JSON object in a line, and for one who waits a second one at the end.
package enum DaemonReply: Sendable, Hashable {
    /// The request is written down, and its run starts when there is a place.
    case noted(occurrence: Int)
    /// What has become of it.
    case ended(state: String, run: String?, reason: String?)
    case refused(String)

    var json: String {
        let value: Value =
            switch self {
            case .noted(let occurrence): ["occurrence": .integer(occurrence)]
            case .ended(let state, let run, let reason):
                [
                    "state": .string(state), "run": run.map { .string($0) } ?? .null,
                    "reason": reason.map { .string($0) } ?? .null,
                ]
            case .refused(let reason): ["error": .string(reason)]
            }
        return value.json(.compact)
    }

    init?(json: String) {
        guard let value = try? Value(json: json) else { return nil }
        if let error = value["error"]?.string {
            self = .refused(error)
        } else if let occurrence = value["occurrence"]?.integer {
            self = .noted(occurrence: occurrence)
        } else if let state = value["state"]?.string {
            self = .ended(state: state, run: value["run"]?.string, reason: value["reason"]?.string)
        } else {
            return nil
        }
    }

    /// Whether nothing comes after it.
    package var isLast: Bool { if case .noted = self { false } else { true } }
}
