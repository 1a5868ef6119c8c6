/// Names of signals, for people.
enum SignalName {
    static func text(_ number: Int) -> String {
        let name = names[number] ?? "the signal \(number)"
        return number == 9 ? "\(name), as the system does it when memory runs out" : name
    }

    /// The numbers that are the same on all systems.
    private static let names = [
        1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 8: "SIGFPE", 9: "SIGKILL",
        11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
    ]
}
