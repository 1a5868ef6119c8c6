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
    init(_ metadata: GGUFMetadata, weights: Int, context: Int, chunk: Int) {
        self.weights = weights
        let layers = metadata.blockCount ?? 0
        let width = metadata.embeddingLength ?? 0
        let heads = max(metadata.hyperparameter("attention.head_count") ?? 1, 1)
        let cachedHeads = metadata.hyperparameter("attention.head_count_kv") ?? heads
        let keyLength = metadata.hyperparameter("attention.key_length") ?? width / heads
        let valueLength = metadata.hyperparameter("attention.value_length") ?? width / heads
        // Keys and values of all layers in 16 bits. Sizes in a file can be absurd, so nothing here may overflow.
        cache = Self.product([layers, cachedHeads, context, 2]).multipliedSaturating(keyLength &+ valueLength)
        // Logits and the widest intermediate results of one chunk, and some room for what libllama keeps besides.
        let row = (metadata.vocabularySize ?? 0) &+ 16 &* width
        computation = Self.product([chunk, 4]).multipliedSaturating(max(row, 0)) + (32 << 20)
    }

    private static func product(_ factors: [Int]) -> Int {
        factors.reduce(1) { $0.multipliedSaturating($1) }
    }
}

/// How much memory is free for us.
package enum AvailableMemory {
    /// The bytes that can be used without swapping, within the limits of the control group; `nil` if unknown.
    @Sendable package static func current() -> Int? {
        #if os(Linux)
            let limits = ControlGroup.folders(version: 2).compactMap { folder -> Int? in
                guard let limit = ControlGroup.number("\(folder)/memory.max"),
                    let used = ControlGroup.number("\(folder)/memory.current")
                else { return nil }
                return max(0, limit - used + reclaimable(folder))
            }
            return ([systemWide].compactMap(\.self) + limits).min()
        #else
            return Int(exactly: ProcessInfo.processInfo.physicalMemory)
        #endif
    }

    /// `MemAvailable` of `/proc/meminfo`.
    private static var systemWide: Int? {
        let line = ControlGroup.text("/proc/meminfo")?.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }

    /// The group's file cache, which counts as used and is given back when needed.
    private static func reclaimable(_ folder: String) -> Int {
        let line = ControlGroup.text("\(folder)/memory.stat")?.split(separator: "\n")
            .first { $0.hasPrefix("inactive_file ") }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
}

extension Int {
    /// The product, or the largest number where it is larger; for numbers that are not negative.
    fileprivate func multipliedSaturating(_ other: Int) -> Int {
        let (product, overflows) = multipliedReportingOverflow(by: Swift.max(other, 0))
        return overflows ? .max / 8 : Swift.min(product, .max / 8)
    }
}
