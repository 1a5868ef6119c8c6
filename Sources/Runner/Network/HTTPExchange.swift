import Jinja
import LocalNetwork
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
        let client = GuardedHTTP(rule: rule, settings: .init(silenceLimit: .seconds(300)))
        do {
            let answer = try await answer(from: client)
            await client.close()
            return answer
        } catch {
            await client.close()
            throw explained(error)
        }
    }

    private func answer(from client: GuardedHTTP) async throws -> Answer {
        let request = HTTPRequest(
            method, try ServerURL(url), headers: headers.map { ($0.key, $0.value) }, body: body)
        let response = try await client.send(request, following: Self.mostRedirects).answer
        let content = try await response.body.collect(upTo: largestAnswer)
        var headers: Mapping = [:]
        for (name, value) in response.headers {
            headers[name] = .string(headers[name]?.string.map { "\($0), \(value)" } ?? value)
        }
        return Answer(status: response.status, headers: headers, body: content)
    }

    /// Whether the server may be asked; looks its name up, and sends nothing.
    ///
    /// - Throws: ``StepFailure`` with code `request_refused` where it is outside the local network.
    func checkRule() async throws {
        guard let place = try? ServerURL(url) else { return }
        do {
            _ = try await GuardedHTTP(rule: rule).addresses(of: place)
        } catch  where error.code == .refused {
            throw explained(error)
        } catch {
            // That a name is not known now is no reason to refuse it.
        }
    }

    private func explained(_ error: any Error) -> any Error {
        switch error {
        case let mistake as ServerURL.Mistake: return StepFailure(.badValue, mistake.message)
        case let failure as HTTPFailure:
            switch failure.code {
            case .refused:
                return StepFailure(
                    .requestRefused,
                    "\(failure.message): name it under `allow_remote` in the configuration if that is meant")
            case .tooLarge:
                return StepFailure(.outputTooLarge, "\(failure.message): raise `max_bytes` if that is meant")
            default: return StepFailure(.httpFailed, "\(url): \(failure.message)")
            }
        default: return error
        }
    }
}
