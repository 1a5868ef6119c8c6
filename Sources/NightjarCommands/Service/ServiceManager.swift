import Foundation

/// The part of the system that keeps daemons at work: systemd's manager for the user, or launchd.
protocol ServiceManager {
    /// The file that tells it of the daemon.
    var file: URL { get }
    /// What that file is to say.
    func content(_ definition: ServiceDefinition) throws -> Data
    /// Whether the file that is there is ours.
    func isOurs(_ content: Data) -> Bool
    /// Takes the file over, and starts the daemon anew.
    ///
    /// - Throws: ``CommandFailure`` where the system cannot be asked.
    func start() throws
    /// Stops the daemon, and lets it not be started any more.
    ///
    /// - Returns: why the system could not be asked; `nil` where it was.
    func stop() -> String?
    /// Called when the file is gone.
    func forget()
    /// What tells how the daemon is.
    var status: SystemProgram { get }
    /// What shows its log.
    func logs(lines: Int, follow: Bool) -> SystemProgram
    /// What the user should know, after the installation.
    var advice: [String] { get }
}

/// The manager of this system.
func currentServiceManager(_ places: Places) -> any ServiceManager {
    #if os(macOS)
        LaunchdManager(places: places)
    #else
        SystemdManager(environment: ProcessInfo.processInfo.environment)
    #endif
}

/// The manager, where the daemon was installed.
func installedServiceManager() throws -> any ServiceManager {
    let manager = currentServiceManager(Places())
    guard FileManager.default.fileExists(atPath: manager.file.path) else {
        throw CommandFailure(.invalid, "the scheduler is not installed: `nightjar service install` does it")
    }
    return manager
}
