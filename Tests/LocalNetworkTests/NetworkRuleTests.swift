import Testing

@testable import LocalNetwork

@Suite struct NetworkRuleTests {
    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.0.9", true), ("10.1.2.3", true), ("172.16.0.1", true), ("172.31.255.255", true),
        ("192.168.1.20", true), ("169.254.3.4", true), ("0.0.0.0", true), ("::1", true), ("::", true),
        ("fe80::1", true), ("fd00::1", true), ("fc00::1", true), ("::ffff:192.168.1.1", true),
        ("8.8.8.8", false), ("172.15.0.1", false), ("172.32.0.1", false), ("192.169.0.1", false), ("11.0.0.1", false),
        ("169.253.0.1", false), ("100.64.0.1", false), ("2606:4700::1111", false), ("::ffff:8.8.8.8", false),
        ("fe00::1", false), ("ff02::1", false),
    ])
    func addressesAreLocalOrNot(text: String, isLocal: Bool) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address.isLocal == isLocal)
    }

    @Test func namesAreNoAddresses() {
        #expect(NetworkAddress("localhost") == nil)
        #expect(NetworkAddress("") == nil)
    }

    @Test func aLocalHostIsFoundAndARemoteOneRefusedUnlessNamed() throws {
        let rule = NetworkRule(allowed: ["9.9.9.9"])
        #expect(try rule.addresses(of: "localhost").contains("127.0.0.1"))
        #expect(try rule.addresses(of: "[::1]") == ["::1"])
        #expect(try rule.addresses(of: "9.9.9.9") == ["9.9.9.9"])
        #expect(throws: NetworkRule.Refusal.remote(host: "8.8.8.8", address: "8.8.8.8")) {
            try rule.addresses(of: "8.8.8.8")
        }
        #expect(throws: NetworkRule.Refusal.unknown(host: "no-such-host.invalid")) {
            try rule.addresses(of: "no-such-host.invalid")
        }
    }
}
