import Foundation
import Inference

/// What a model will need in memory, estimated from its metadata before anything is loaded.
struct MemoryNeed: Sendable, Hashable {
    var weights: Int
    var cache: Int
    var computation: Int

    var total: Int { weights + cache + computation }

    /// - Parameters:
    ///   - context: The tokens that the cache must hold.
    ///   - chunk: The tokens that are evaluated at once.
    ///   - flashAttention: Without it, what each token of a chunk has to do with each one of the context is written down.
    init(
        _ metadata: GGUFMetadata, weights: Int, context: Int, cacheType: CacheType, chunk: Int,
        flashAttention: Bool = true
    ) {
        self.weights = weights
        let layers = metadata.blockCount ?? 0
        let width = metadata.embeddingLength ?? 0
        let heads = max(metadata.hyperparameter("attention.head_count") ?? 1, 1)
        let cachedHeads = metadata.hyperparameter("attention.head_count_kv") ?? heads
        let keyLength = metadata.hyperparameter("attention.key_length") ?? width / heads
        let valueLength = metadata.hyperparameter("attention.value_length") ?? width / heads
        // Keys and values of all layers. Sizes in a file can be absurd, so nothing here may overflow.
        let values = Self.product([layers, cachedHeads, context]).multipliedSaturating(keyLength &+ valueLength)
        cache = Int(Double(values) * cacheType.bytesPerValue)
        // Logits and the widest intermediate results of one chunk, and some room for what libllama keeps besides.
        let row = (metadata.vocabularySize ?? 0) &+ 16 &* width
        let attention = flashAttention ? 0 : Self.product([heads, chunk, context, 4])
        computation = Self.product([chunk, 4]).multipliedSaturating(max(row, 0)) + attention + (32 << 20)
    }

    private static func product(_ factors: [Int]) -> Int {
        factors.reduce(1) { $0.multipliedSaturating($1) }
    }
}

/// How much memory is free for us.
package enum AvailableMemory {
    /// The bytes that can be used without swapping, within the limits of the control group and of the process
    /// (`ulimit -v`); `nil` if unknown.
    @Sendable package static func current() -> Int? {
        #if os(Linux)
            let groups = ControlGroup.folders(of: "memory").map(left)
            return ([systemWide, addressSpace] + groups).compactMap(\.self).min()
        #else
            return Int(exactly: ProcessInfo.processInfo.physicalMemory)
        #endif
    }

    /// What a control group may still use; its file cache counts as used, and is given back when needed.
    private static func left(_ group: ControlGroup.Folder) -> Int? {
        let names =
            group.version == 2
            ? (limit: "memory.max", used: "memory.current", cache: "inactive_file ")
            : (limit: "memory.limit_in_bytes", used: "memory.usage_in_bytes", cache: "total_inactive_file ")
        guard let limit = ControlGroup.number("\(group.path)/\(names.limit)"),
            let used = ControlGroup.number("\(group.path)/\(names.used)")
        else { return nil }
        let line = ControlGroup.text("\(group.path)/memory.stat")?.split(separator: "\n")
            .first { $0.hasPrefix(names.cache) }
        let cache = line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
        return max(0, limit - max(0, used - cache))
    }

    /// What is left of the process's own limit, in which mapped files count as well; `nil` if it has none.
    static var addressSpace: Int? {
        #if os(Linux)
            var limit = rlimit()
            guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < UInt(Int.max),
                let pages = ControlGroup.text("/proc/self/statm")?.split(separator: " ").first.flatMap({ Int($0) })
            else { return nil }
            return max(0, Int(limit.rlim_cur) - pages * Int(getpagesize()))
        #else
            return nil
        #endif
    }

    /// `MemAvailable` of `/proc/meminfo`.
    private static var systemWide: Int? {
        let line = ControlGroup.text("/proc/meminfo")?.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }
}

extension Int {
    /// The product, or the largest number where it is larger; for numbers that are not negative.
    fileprivate func multipliedSaturating(_ other: Int) -> Int {
        let (product, overflows) = multipliedReportingOverflow(by: Swift.max(other, 0))
        return overflows ? .max / 8 : Swift.min(product, .max / 8)
    }
}
