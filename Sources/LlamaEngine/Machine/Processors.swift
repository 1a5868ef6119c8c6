import Foundation

/// How many processors this process may use.
enum Processors {
    /// The processors that the system gives us, cut by a control group's quota where there is one; at least 1.
    static var available: Int {
        let active = ProcessInfo.processInfo.activeProcessorCount
        return max(1, min(active, quota ?? active))
    }

    /// Whether they have Intel's matrix unit (AMX).
    static let haveMatrixUnit =
        ControlGroup.text("/proc/cpuinfo")?.split(separator: "\n").first { $0.hasPrefix("flags") }?
        .split(separator: " ").contains("amx_tile") ?? false

    /// The whole processors of the control group's quota (`cpu.max`: a time and the period that it is for).
    private static var quota: Int? {
        for folder in ControlGroup.folders(version: 2) {
            let fields = ControlGroup.text("\(folder)/cpu.max")?.split(separator: " ") ?? []
            if fields.count == 2, let time = Double(fields[0]), let period = Double(fields[1]), period > 0 {
                return max(1, Int((time / period).rounded()))
            }
        }
        return nil
    }
}
