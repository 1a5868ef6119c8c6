import Foundation
import Workflow

/// What the system is to be told of the daemon, whichever system it is.
struct ServiceDefinition: Sendable {
    /// This program's file.
    var program: String
    /// The folders of the projects.
    var projects: [String]
    /// All that Nightjar keeps.
    var state: String
    /// Other folders that runs may write to: the configuration's `write_roots`, and the models.
    var writable: [String]
    /// How long runs at work have when the daemon is to stop, with what it takes to end them by force.
    var stopTime: Duration
    /// What runs find in their environment as they would in a shell.
    var environment: [(name: String, value: String)]

    /// The variables of a shell that say where Nightjar's own things are, where programs are, and what time it is.
    private static let names = [
        "PATH", "TZ", "NIGHTJAR_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "HF_HOME",
        "OLLAMA_MODELS",
    ]

    /// - Parameter named: the projects on the command line.
    /// - Throws: ``CommandFailure`` where a project or a configuration is not right.
    init(_ named: [String], places: Places, environment: [String: String] = ProcessInfo.processInfo.environment) throws
    {
        program = try Places.program()
        let served = try ServedProjects(named, places: places)
        projects = served.all.map(\.folder.path).map { $0.count > 1 && $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        state = places.state.path
        var writable = [places.models.path]
        for project in served.all {
            let configuration = try Configuration.load(project: project, places: places)
            writable += configuration.writeRoots.map { project.url($0).path }
        }
        self.writable = writable
        for path in [program, state] + projects + writable where Self.hasControlCharacters(path) {
            // No quotes bring a line end into a unit.
            throw CommandFailure(
                .invalid, "\(path.debugDescription) has a control character in its name, which no service may have")
        }
        let scheduler = try served.scheduler()
        stopTime = scheduler.drain + scheduler.stopGrace + .seconds(30)
        var environment = environment
        // From the shell's folder, where it is relative.
        if environment["NIGHTJAR_HOME"]?.isEmpty == false { environment["NIGHTJAR_HOME"] = state }
        self.environment = Self.names.compactMap { name in
            environment[name].flatMap { Self.hasControlCharacters($0) ? nil : (name, $0) }
        }
    }

    private static func hasControlCharacters(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
