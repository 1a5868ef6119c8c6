/// Reads the files of the time-zone database, by RFC 9636.
struct ZoneFile {
    private let bytes: [UInt8]
    private var place = 0

    /// - Returns: `nil` where the bytes are no such file.
    static func rules(_ bytes: [UInt8], named identifier: String) -> ZoneRules? {
        var file = ZoneFile(bytes: bytes)
        guard let first = file.header() else { return nil }
        guard first.version > 1 else { return file.block(first, wide: false, named: identifier) }
        // The block for old programs is passed over.
        file.place += first.size(wide: false)
        guard let second = file.header(), second.version > 1 else { return nil }
        return file.block(second, wide: true, named: identifier)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private struct Header {
        var version: Int
        var isUTCount = 0
        var isStandardCount = 0
        var leapCount = 0
        var timeCount = 0
        var typeCount = 0
        var nameCount = 0

        func size(wide: Bool) -> Int {
            let time = wide ? 8 : 4
            return timeCount * (time + 1) + typeCount * 6 + nameCount + leapCount * (time + 4) + isStandardCount
                + isUTCount
        }
    }

    private mutating func header() -> Header? {
        guard place + 44 <= bytes.count, bytes[place..<place + 4].elementsEqual("TZif".utf8) else { return nil }
        let version = bytes[place + 4] == 0 ? 1 : Int(bytes[place + 4]) - 48
        place += 20
        var header = Header(version: version)
        header.isUTCount = integer(4)
        header.isStandardCount = integer(4)
        header.leapCount = integer(4)
        header.timeCount = integer(4)
        header.typeCount = integer(4)
        header.nameCount = integer(4)
        let counts = [
            header.isUTCount, header.isStandardCount, header.leapCount, header.timeCount, header.typeCount,
            header.nameCount,
        ]
        // Far more than any file has, and so little that no sum of them overflows.
        guard counts.allSatisfy({ (0..<1_000_000).contains($0) }), header.typeCount > 0 else { return nil }
        return header
    }

    private mutating func block(_ header: Header, wide: Bool, named identifier: String) -> ZoneRules? {
        let end = place + header.size(wide: wide)
        guard end <= bytes.count else { return nil }
        let transitions = (0..<header.timeCount).map { _ in integer(wide ? 8 : 4) }
        let types = (0..<header.timeCount).map { _ in integer(1, signed: false) }
        var offsets: [Int] = []
        for _ in 0..<header.typeCount {
            offsets.append(integer(4))
            place += 2
        }
        guard types.allSatisfy(offsets.indices.contains), offsets.allSatisfy({ abs($0) < 7 * 86_400 }),
            zip(transitions, transitions.dropFirst()).allSatisfy(<)
        else { return nil }
        place = end
        var rule: ZoneFooter?
        if wide {
            // Without it the last offset would stay for good: a file that is cut off here is as wrong as any other.
            guard let line = footer() else { return nil }
            rule = ZoneFooter(line)
            guard rule != nil || line.isEmpty else { return nil }
        }
        return ZoneRules(
            identifier: identifier, transitions: transitions, offsets: types.map { offsets[$0] },
            firstOffset: offsets[0], rule: rule)
    }

    /// The line behind the block; empty where no rule holds for good.
    private func footer() -> String? {
        let line = bytes[place...]
        guard line.first == 10, let end = line.dropFirst().firstIndex(of: 10) else { return nil }
        return String(decoding: line[(place + 1)..<end], as: UTF8.self)
    }

    private mutating func integer(_ size: Int, signed: Bool = true) -> Int {
        var number: UInt64 = 0
        for byte in bytes[place..<place + size] { number = number << 8 | UInt64(byte) }
        place += size
        guard signed else { return Int(truncatingIfNeeded: number) }
        let shift = UInt64(64 - size * 8)
        return Int(Int64(bitPattern: number << shift) >> Int64(shift))
    }
}
