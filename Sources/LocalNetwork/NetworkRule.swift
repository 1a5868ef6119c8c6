import Foundation

/// The rule that nothing leaves the local network unless the user says so: by address, not by name, since a name can
/// lead anywhere.
package struct NetworkRule: Sendable {
    /// Why a host may not be asked, or cannot be found.
    package enum Refusal: Error, Sendable, Hashable {
        case unknown(host: String)
        /// The host is outside the local network.
        case remote(host: String, address: String)
    }

    /// The hosts outside the local network that are allowed, in lower case; `nil` where all of them are.
    private let allowed: Set<String>?
    private let lookUp: @Sendable (String) -> [NetworkAddress]

    /// - Parameters:
    ///   - allowed: the hosts outside the local network that may be asked.
    ///   - lookUp: the addresses of a name or of a written address; the system's look-up unless a test says otherwise.
    package init(
        allowed: [String] = [], lookUp: @escaping @Sendable (String) -> [NetworkAddress] = NetworkAddress.all
    ) {
        self.allowed = Set(allowed.map { $0.lowercased() })
        self.lookUp = lookUp
    }

    /// Without any restriction, for what the user has opened.
    package static let open = NetworkRule(allowed: nil)

    private init(allowed: Set<String>?) {
        self.allowed = allowed
        lookUp = NetworkAddress.all
    }

    /// The addresses to connect to, the preferred one first. Every address that the name has must be local:
    /// connections are then made to these, so that a second look at the name cannot lead elsewhere.
    ///
    /// Blocks while the name is looked up.
    ///
    /// - Parameter host: a name or an address as it stands in a URL, with or without brackets.
    package func addresses(of host: String) throws(Refusal) -> [String] {
        let name = host.trimmingCharacters(in: ["[", "]"]).lowercased()
        let addresses = lookUp(name)
        guard !addresses.isEmpty else { throw .unknown(host: host) }
        if let allowed, !allowed.contains(name), let outside = addresses.first(where: { !$0.isLocal }) {
            throw .remote(host: host, address: outside.text)
        }
        return addresses.map(\.text)
    }
}
