import Testing

@testable import LocalNetwork

/// How addresses may be written in a URL, and where each of them leads.
@Suite struct AddressTableTests {
    struct Spelling: Sendable, CustomStringConvertible {
        let url: String
        let isLocal: Bool

        init(_ url: String, _ isLocal: Bool) {
            self.url = url
            self.isLocal = isLocal
        }

        var description: String { url }
    }

    static let spellings = [
        // This machine.
        Spelling("http://127.0.0.1:11434", true), Spelling("http://127.1:11434", true),
        Spelling("http://127.255.255.254", true), Spelling("http://2130706433", true),
        Spelling("http://0177.0.0.1", true), Spelling("http://0x7f.0.0.1", true), Spelling("http://0x7f000001", true),
        Spelling("http://017700000001", true), Spelling("http://0.0.0.0:8080", true),
        Spelling("http://localhost", true), Spelling("http://LOCALHOST:1234/v1", true),
        Spelling("http://[::1]:11434", true), Spelling("http://[0:0:0:0:0:0:0:1]", true),
        Spelling("http://[::ffff:127.0.0.1]", true), Spelling("http://[::ffff:7f00:1]", true),
        Spelling("http://[::]", true),
        // The local network.
        Spelling("http://10.0.0.7", true), Spelling("http://10.1", true), Spelling("http://167772167", true),
        Spelling("http://012.0.0.7", true), Spelling("http://172.16.0.1", true),
        Spelling("http://172.31.255.255", true),
        Spelling("http://192.168.1.20:11434", true), Spelling("http://0xc0a80114", true),
        Spelling("http://169.254.10.20", true), Spelling("http://[fe80::1]", true),
        Spelling("http://[fe80::1%25lo]:11434", true), Spelling("http://[fd12:3456::1]", true),
        Spelling("http://[fc00::1]", true), Spelling("http://[::ffff:192.168.1.20]", true),
        // Elsewhere.
        Spelling("http://8.8.8.8", false), Spelling("http://134744072", false),
        Spelling("http://010.010.010.010", false),
        Spelling("http://0x08080808", false), Spelling("http://172.15.255.255", false),
        Spelling("http://172.32.0.1", false), Spelling("http://192.167.1.1", false),
        Spelling("http://100.64.0.1", false),
        Spelling("http://128.0.0.1", false), Spelling("http://126.255.255.255", false),
        Spelling("http://255.255.255.255", false), Spelling("http://224.0.0.1", false),
        Spelling("http://[2606:4700::1111]", false), Spelling("http://[::ffff:8.8.8.8]", false),
        Spelling("http://[::ffff:808:808]", false), Spelling("http://[64:ff9b::7f00:1]", false),
        Spelling("http://[2002:7f00:1::]", false), Spelling("http://[::127.0.0.1]", false),
        Spelling("http://[fec0::1]", false), Spelling("http://[ff02::1]", false),
        // What looks like one server and is another.
        Spelling("http://8.8.8.8/127.0.0.1", false), Spelling("http://8.8.8.8?127.0.0.1", false),
        Spelling("http://8.8.8.8#@127.0.0.1", false),
    ]

    @Test(arguments: spellings)
    func anAddressIsJudgedHoweverItIsWritten(spelling: Spelling) throws {
        let url = try ServerURL(spelling.url)
        do throws(NetworkRule.Refusal) {
            let addresses = try NetworkRule().addresses(of: url.host)
            #expect(spelling.isLocal, "\(url.host) leads to \(addresses)")
        } catch {
            guard case .remote = error else {
                Issue.record("\(url.host): \(error)")
                return
            }
            #expect(!spelling.isLocal, "\(error)")
        }
    }

    @Test(arguments: [
        "http://user@127.0.0.1/", "http://127.0.0.1:secret@8.8.8.8/", "http://127.0.0.1@8.8.8.8/", "ftp://127.0.0.1",
        "http://", "http://127.0.0.1:0", "http://127.0.0.1:65536", "127.0.0.1:11434", "http:///v1", "",
    ])
    func whatIsNoServersURLIsRefused(text: String) {
        #expect(throws: ServerURL.Mistake.self) { try ServerURL(text) }
    }

    @Test func aNameIsLocalOnlyIfAllItsAddressesAre() throws {
        let addresses = ["192.168.1.20", "10.0.0.1", "93.184.215.14"].compactMap { NetworkAddress($0) }
        #expect(
            try NetworkRule { _ in Array(addresses.prefix(2)) }.addresses(of: "owl") == ["192.168.1.20", "10.0.0.1"])
        #expect(throws: NetworkRule.Refusal.remote(host: "owl", address: "93.184.215.14")) {
            try NetworkRule { _ in addresses }.addresses(of: "owl")
        }
        #expect(try NetworkRule(allowed: ["Owl"]) { _ in addresses }.addresses(of: "owl").count == 3)
    }
}
