import ArgumentParser
import Foundation

/// `nightjar service install`.
struct ServiceInstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Let the system start the scheduler now and from now on.",
        discussion: """
            On Linux it is a unit of systemd's manager for the user, on macOS an agent of launchd. Said again, it takes over \
            what has changed: projects, configuration, the program itself.
            """)

    @Argument(
        help:
            "The folders of the projects; without any, those of the configuration under `scheduler.projects`, else the one around this folder.",
        completion: .directory)
    var projects: [String] = []

    @Flag(name: .customLong("print"), help: "Only show what the system would be told.")
    var isShown = false

    func run() async throws {
        let places = Places()
        let definition = try ServiceDefinition(projects, places: places)
        let manager = currentServiceManager(places)
        let content = try manager.content(definition)
        if isShown {
            Console.printRaw(String(decoding: content, as: UTF8.self))
            return
        }
        let file = manager.file
        if let old = try? Data(contentsOf: file), !manager.isOurs(old) {
            throw CommandFailure(
                .invalid,
                "\(file.path) was not written by `nightjar service install`: move it away first, or use `--print` and add to it by hand"
            )
        }
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            // The unit names it as a folder that may be written to, which must be there.
            try FileManager.default.createDirectory(
                at: places.state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try content.write(to: file, options: .atomic)
        } catch {
            throw CommandFailure(.failed, "\(file.path) cannot be written: \(error.localizedDescription)")
        }
        try manager.start()
        Console.note("the scheduler is at work for \(definition.projects.joined(separator: ", "))")
        Console.note("it is told to the system in \(file.path)")
        Console.note("see `nightjar service status`, `nightjar service logs` and `nightjar schedule list`")
        for line in manager.advice { Console.note(line) }
    }
}
