import Foundation

/// How many processors this process may use.
enum Processors {
    /// The cores that the system gives us, cut by a control group's quota where there is one; at least 1. Two threads on one
    /// core are no faster than one: what they compute is what the core can.
    static var available: Int {
        let active = ProcessInfo.processInfo.activeProcessorCount
        return max(1, [active, quota ?? active, cores ?? active].min() ?? active)
    }

    /// The cores of the machine, each of which may be several processors; `nil` where that is not known.
    private static var cores: Int? {
        let siblings = (0..<ProcessInfo.processInfo.processorCount).compactMap { number in
            ControlGroup.text("/sys/devices/system/cpu/cpu\(number)/topology/thread_siblings_list")
        }
        return siblings.isEmpty ? nil : Set(siblings).count
    }

    /// Whether they have Intel's matrix unit (AMX).
    static let haveMatrixUnit =
        ControlGroup.text("/proc/cpuinfo")?.split(separator: "\n").first { $0.hasPrefix("flags") }?
        .split(separator: " ").contains("amx_tile") ?? false

    /// The whole processors of the control group's quota: a time, and the period that it is for.
    private static var quota: Int? {
        for folder in ControlGroup.folders(of: "cpu") {
            let fields =
                folder.version == 2
                ? (ControlGroup.text("\(folder.path)/cpu.max") ?? "").split(separator: " ").map(String.init)
                : ["quota", "period"].compactMap { ControlGroup.text("\(folder.path)/cpu.cfs_\($0)_us") }
            if fields.count == 2, let time = Double(fields[0]), let period = Double(fields[1]), time > 0, period > 0 {
                return max(1, Int((time / period).rounded()))
            }
        }
        return nil
    }
}
