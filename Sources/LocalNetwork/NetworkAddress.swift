import Foundation

/// An IP address.
package struct NetworkAddress: Sendable, Hashable {
    /// 4 or 16 bytes.
    private let bytes: [UInt8]
    /// As people and programs write it.
    package let text: String

    /// Reads an address such as `192.168.1.2` or `fd00::1`; `nil` for a name.
    package init?(_ text: String) {
        guard let address = Self.lookUp(text, flags: AI_NUMERICHOST).first else { return nil }
        self = address
    }

    private init(bytes: [UInt8], text: String) {
        self.bytes = bytes
        self.text = text
    }

    /// The addresses of a host; none where the name is not known.
    package static func all(of host: String) -> [NetworkAddress] { lookUp(host, flags: 0) }

    /// Whether it is on this machine or its own network: loopback, private (RFC 1918), link-local, unique local
    /// (RFC 4193), or unspecified, which connects to this machine.
    package var isLocal: Bool {
        guard bytes.count == 16 else { return Self.isLocal(bytes) }
        // An IPv4 address in IPv6 clothes.
        if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
            return Self.isLocal(Array(bytes.suffix(4)))
        }
        if bytes.prefix(15).allSatisfy({ $0 == 0 }) { return bytes[15] <= 1 }
        return bytes[0] & 0xFE == 0xFC || (bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80)
    }

    /// Whether it is a loopback address.
    package var isThisMachine: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.prefix(15).allSatisfy { $0 == 0 } && bytes[15] == 1
    }

    private static func isLocal(_ bytes: [UInt8]) -> Bool {
        switch (bytes[0], bytes[1]) {
        case (127, _), (10, _), (172, 16...31), (192, 168), (169, 254): true
        default: bytes.allSatisfy { $0 == 0 }
        }
    }

    private static func lookUp(_ host: String, flags: Int32) -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_flags = flags
        #if os(Linux)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [NetworkAddress] = []
        var entry = list
        while let info = entry?.pointee {
            if let address = NetworkAddress(info), !found.contains(address) { found.append(address) }
            entry = info.ai_next
        }
        return found
    }

    private init?(_ info: addrinfo) {
        guard let socket = info.ai_addr else { return nil }
        let raw = UnsafeRawPointer(socket)
        switch info.ai_family {
        case AF_INET:
            let address = raw.assumingMemoryBound(to: sockaddr_in.self).pointee.sin_addr
            bytes = withUnsafeBytes(of: address) { Array($0) }
        case AF_INET6:
            let address = raw.assumingMemoryBound(to: sockaddr_in6.self).pointee.sin6_addr
            bytes = withUnsafeBytes(of: address) { Array($0) }
        default: return nil
        }
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(socket, info.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0 else {
            return nil
        }
        text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
