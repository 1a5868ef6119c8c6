import LocalNetwork

/// Where an address is, for people.
enum NetworkPlace: Hashable {
    case thisMachine, localNetwork, elsewhere

    /// `nil` where the text is no address.
    init?(_ address: String) {
        guard let address = NetworkAddress(address) else { return nil }
        self = address.isThisMachine ? .thisMachine : address.isLocal ? .localNetwork : .elsewhere
    }
}
