import AsyncHTTPClient
import Dispatch
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// An HTTP client that keeps the ``NetworkRule``: it looks a name up itself, judges every address, and connects to
/// none but those. Proxies that the environment names are not used, redirects are not followed, certificates are verified.
///
/// Leaving the body of an answer unread, or cancelling the task that reads it, closes the connection at once.
package final class GuardedHTTP: Sendable {
    package struct Settings: Sendable {
        /// How long a connection may take to be made.
        package var connectLimit: Duration
        /// How long a connection may be silent; `nil` where the caller watches the time itself.
        package var silenceLimit: Duration?
        /// A file with certificates in PEM form that are trusted in place of the system's.
        package var authorities: String?
        /// An HTTP proxy that makes the connections; its address is judged as every other.
        package var proxy: ServerURL?
        /// Whether a connection is used for one request only. One that is kept may be closed by the server in the moment
        /// in which it is used again, and nobody knows then whether the request was read.
        package var isUsedOnce: Bool

        package init(
            connectLimit: Duration = .seconds(10), silenceLimit: Duration? = nil, authorities: String? = nil,
            proxy: ServerURL? = nil, isUsedOnce: Bool = false
        ) {
            self.connectLimit = connectLimit
            self.silenceLimit = silenceLimit
            self.authorities = authorities
            self.proxy = proxy
            self.isUsedOnce = isUsedOnce
        }
    }

    private let rule: NetworkRule
    private let settings: Settings
    private let clients = Mutex(Clients())

    private struct Clients {
        /// By host, address and the proxy's address: a client connects to one address only.
        var open: [[String]: HTTPClient] = [:]
        var isClosed = false
    }

    package init(rule: NetworkRule, settings: Settings = Settings()) {
        self.rule = rule
        self.settings = settings
    }

    deinit {
        for client in clients.withLock({ $0.open.values.map(\.self) }) { client.shutdown { _ in } }
    }

    /// Ends all connections. Requests that are under way fail.
    package func close() async {
        let open = clients.withLock { clients in
            clients.isClosed = true
            defer { clients.open = [:] }
            return Array(clients.open.values)
        }
        // Requests under way are told of it themselves.
        for client in open { try? await client.shutdown() }
    }

    /// The addresses of a host, judged; looked up on a thread that may wait.
    ///
    /// - Throws: ``HTTPFailure`` with code `refused` or `unknownHost`.
    package func addresses(of url: ServerURL) async throws(HTTPFailure) -> [String] {
        let rule = rule
        let found: Result<[String], NetworkRule.Refusal> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    returning: Result { () throws(NetworkRule.Refusal) in try rule.addresses(of: url.host) })
            }
        }
        switch found {
        case .success(let addresses): return addresses
        case .failure(.unknown): throw HTTPFailure(.unknownHost, "the host `\(url.host)` is not known")
        case .failure(.remote(_, let address)):
            throw HTTPFailure(.refused, "`\(url.host)` (\(address)) is outside the local network")
        }
    }

    /// Sends a request and returns once the head of the answer is there.
    ///
    /// - Throws: ``HTTPFailure``, or `CancellationError`.
    package func send(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let url = request.url
        // `localhost` may be an IPv6 address first, where a server listens on the other one only.
        var addresses = try await addresses(of: url)[...]
        while let address = addresses.popFirst() {
            do {
                return try await send(request, to: address)
            } catch let failure as HTTPFailure where failure.code == .notConnected && !addresses.isEmpty {
                continue
            }
        }
        throw HTTPFailure(.unknownHost, "the host `\(url.host)` has no address")
    }

    private func send(_ request: HTTPRequest, to address: String) async throws -> HTTPAnswer {
        var proxyAddress: String?
        if let proxy = settings.proxy { proxyAddress = try await addresses(of: proxy).first }
        let client = try client(of: request.url.host, address, through: proxyAddress)
        var outgoing = HTTPClientRequest(url: request.url.with(path: request.url.path))
        outgoing.method = HTTPMethod(rawValue: request.method)
        for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
        if let body = request.body { outgoing.body = .bytes(ByteBuffer(bytes: body)) }
        do {
            let response = try await client.execute(outgoing, deadline: .distantFuture)
            return HTTPAnswer(
                status: Int(response.status.code), headers: response.headers.map { ($0.name.lowercased(), $0.value) },
                body: HTTPBody(response.body, server: request.url.server))
        } catch {
            throw HTTPFailure.explaining(error, of: request.url.server, hasAnswered: false)
        }
    }

    private func client(
        of host: String, _ address: String, through proxyAddress: String?
    ) throws(HTTPFailure) -> HTTPClient {
        let key = [host, address, proxyAddress ?? ""]
        let made = Result { () throws(HTTPFailure) in try configuration(host, address, proxyAddress) }
        return try clients.withLock { clients throws(HTTPFailure) in
            guard !clients.isClosed else { throw HTTPFailure(.notConnected, "the client was closed") }
            if let client = clients.open[key] { return client }
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: try made.get())
            clients.open[key] = client
            return client
        }
    }

    private func configuration(
        _ host: String, _ address: String, _ proxyAddress: String?
    ) throws(HTTPFailure) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(
            connect: TimeAmount(settings.connectLimit), read: settings.silenceLimit.map { TimeAmount($0) })
        configuration.connectionPool.retryConnectionEstablishment = false
        // Servers close a connection that rests; one that is closed in the moment of its use would fail a request.
        configuration.connectionPool.idleTimeout = .seconds(2)
        // How many requests run at a time is decided by those who send them.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
        if settings.isUsedOnce { configuration.maximumUsesPerConnection = 1 }
        configuration.httpVersion = .http1Only
        if let proxy = settings.proxy, let proxyAddress {
            configuration.proxy = .server(host: proxyAddress, port: proxy.port)
        }
        // The name stays in the request and in the check of the certificate; the connection goes to what was judged.
        configuration.dnsOverride = [ServerURL.hostInRequests(host): address]
        if let file = settings.authorities {
            var tls = TLSConfiguration.makeClientConfiguration()
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(file))
            } catch {
                throw HTTPFailure(.notTrusted, "the certificates in \(file) cannot be read")
            }
            configuration.tlsConfiguration = tls
        }
        return configuration
    }
}

extension ServerURL {
    /// The host as it stands in the URL of a request.
    fileprivate static func hostInRequests(_ host: String) -> String { host.replacing("%", with: "%25") }
}
