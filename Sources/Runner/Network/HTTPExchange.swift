import AsyncHTTPClient
import Foundation
import Inference
import Jinja
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOPosix
import OrderedCollections

/// One request of an `http` step, with the redirects that follow from it.
struct HTTPExchange: Sendable {
    struct Answer: Sendable {
        var status: Int
        var headers: Mapping
        var body: [UInt8]
    }

    var method: String
    var url: String
    var headers: [(key: String, value: String)]
    var body: [UInt8]?
    var largestAnswer: Int
    var rule: NetworkRule

    private static let mostRedirects = 5

    /// - Throws: ``StepFailure`` where the server may not be asked, cannot be reached, or answers too much.
    func perform() async throws -> Answer {
        var exchange = self
        for _ in 0...Self.mostRedirects {
            let answer = try await exchange.performOnce()
            guard [301, 302, 303, 307, 308].contains(answer.status), ["GET", "HEAD"].contains(method),
                let location = answer.headers["location"]?.string,
                let next = URL(string: location, relativeTo: URL(string: exchange.url))
            else { return answer }
            // What was meant for one server is not shown to another.
            if !next.hasSameOrigin(as: URL(string: exchange.url)) {
                exchange.headers.removeAll { ["authorization", "cookie"].contains($0.key.lowercased()) }
            }
            exchange.url = next.absoluteString
        }
        throw StepFailure(.httpFailed, "\(url) leads on more than \(Self.mostRedirects) times")
    }

    private func performOnce() async throws -> Answer {
        guard let parts = URL(string: url), let scheme = parts.scheme?.lowercased(), let host = parts.host,
            !host.isEmpty,
            ["http", "https"].contains(scheme)
        else { throw StepFailure(.badValue, "`\(url)` is no URL of the form http://… or https://…") }
        guard (1...65535).contains(parts.port ?? 80) else {
            throw StepFailure(.badValue, "`\(url)` names a port that is none: 1 to 65535 are")
        }
        // `localhost` may be an IPv6 address first, where a server listens on the other one only.
        var addresses = try await addresses(of: host)[...]
        while let address = addresses.popFirst() {
            do {
                return try await send(to: address, of: host)
            } catch  where !addresses.isEmpty && Self.isConnectionFailure(error) {
                continue
            } catch {
                throw explained(error)
            }
        }
        throw StepFailure(.httpFailed, "the host `\(host)` of \(url) has no address")
    }

    private func send(to address: String, of host: String) async throws -> Answer {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(10), read: .minutes(5))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.dnsOverride = [host: address]
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let answer = try await send(with: client)
            try await client.shutdown()
            return answer
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// Whether nothing was sent, so that another address may be tried.
    private static func isConnectionFailure(_ error: any Error) -> Bool {
        switch error {
        case is NIOConnectionError: true
        case let error as HTTPClientError: error == .connectTimeout
        case let error as IOError: [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL].contains(error.errnoCode)
        default: false
        }
    }

    private func send(with client: HTTPClient) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await client.execute(request, deadline: .distantFuture)
        let content = try await response.body.collect(upTo: largestAnswer)
        var headers: Mapping = [:]
        for (name, value) in response.headers {
            let name = name.lowercased()
            headers[name] = .string(headers[name]?.string.map { "\($0), \(value)" } ?? value)
        }
        return Answer(status: Int(response.status.code), headers: headers, body: Array(content.readableBytesView))
    }

    /// Whether the server may be asked; looks its name up, and sends nothing.
    ///
    /// - Throws: ``StepFailure`` with code `request_refused` where it is outside the local network.
    func checkRule() async throws {
        guard let host = URL(string: url)?.host, !host.isEmpty else { return }
        do {
            _ = try await addresses(of: host)
        } catch let failure as StepFailure where failure.code != .requestRefused {
            // That a name is not known now is no reason to refuse it.
        }
    }

    /// Looks a name up on a thread that may wait.
    private func addresses(of host: String) async throws -> [String] {
        let rule = rule
        let found: Result<[String], NetworkRule.Refusal> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    returning: Result { () throws(NetworkRule.Refusal) in try rule.addresses(of: host) })
            }
        }
        switch found {
        case .success(let addresses): return addresses
        case .failure(.unknown): throw StepFailure(.httpFailed, "the host `\(host)` of \(url) is not known")
        case .failure(.remote(_, let address)):
            throw StepFailure(
                .requestRefused,
                "`\(host)` (\(address)) is outside the local network: name it under `allow_remote` in the configuration if that is meant"
            )
        }
    }

    private func explained(_ error: any Error) -> any Error {
        switch error {
        case is CancellationError: return error
        case is NIOTooManyBytesError:
            return StepFailure(
                .outputTooLarge, "\(url) answers more than \(largestAnswer) bytes: raise `max_bytes` if that is meant")
        case let error as HTTPClientError where error == .cancelled: return CancellationError()
        case is NIOConnectionError:
            return StepFailure(.httpFailed, "\(url) gives no answer: no connection could be made")
        case let error as IOError:
            return StepFailure(
                .httpFailed, "\(url) gives no answer: \(String(cString: strerror(error.errnoCode)))")
        case let error as HTTPClientError where error == .connectTimeout || error == .readTimeout:
            return StepFailure(.httpFailed, "\(url) gives no answer: it was silent for too long")
        default: return StepFailure(.httpFailed, "\(url) gives no answer: \(error)")
        }
    }
}

extension URL {
    /// Whether both lead to the same server: scheme, host and port.
    fileprivate func hasSameOrigin(as other: URL?) -> Bool {
        scheme?.lowercased() == other?.scheme?.lowercased() && host?.lowercased() == other?.host?.lowercased()
            && port == other?.port
    }
}
