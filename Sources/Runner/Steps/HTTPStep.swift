import Foundation
import Jinja
import LocalNetwork
import OrderedCollections
import Workflow

extension HTTPStep: ExecutableStep {
    func execute(_ context: StepContext) async throws -> Mapping {
        let exchange = try exchange(context)
        let clock = ContinuousClock.now
        let answer = try await exchange.perform()
        let took = clock.duration(to: .now)
        let text = String(decoding: answer.body, as: UTF8.self)
        let isExpected =
            allowedStatuses.isEmpty ? (200...299).contains(answer.status) : allowedStatuses.contains(answer.status)
        guard isExpected else {
            let excerpt = text.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(200)
            // The server is too busy or broken at the moment; what else it says, it will say again.
            let isPassing = [408, 425, 429].contains(answer.status) || answer.status >= 500
            throw StepFailure(
                isPassing ? .httpFailed : .httpStatus,
                "\(exchange.url) answers with status \(answer.status)\(excerpt.isEmpty ? "" : ": \(excerpt)")")
        }
        return [
            "status": .integer(answer.status),
            "headers": .mapping(answer.headers),
            "text": .string(text),
            "data": (try? Value(json: text)) ?? .null,
            "seconds": took.inResults,
        ]
    }

    func preview(_ context: PreviewContext) async throws -> StepPreview {
        let exchange = try exchange(context)
        try await exchange.checkRule()
        return StepPreview(lines: ["sends \(exchange.method) \(exchange.url)"], result: nil)
    }

    private func exchange(_ view: some StepView) throws -> HTTPExchange {
        var headers = try view.texts(self.headers)
        for (name, value) in headers {
            guard name.wholeMatch(of: /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/) != nil else {
                throw StepFailure(.badValue, "`\(name)` is no name of a header")
            }
            guard !value.contains(where: \.isNewline) else {
                throw StepFailure(.badValue, "the header `\(name)` holds a line break")
            }
        }
        var content: String?
        if let body { content = try view.text(body) }
        if let json {
            content = try view.value(json).json(.compact)
            if !headers.contains(where: { $0.key.lowercased() == "content-type" }) {
                headers.append(("Content-Type", "application/json"))
            }
        }
        return HTTPExchange(
            method: (method ?? (content == nil ? .get : .post)).rawValue, url: try url(view), headers: headers,
            body: content.map { Array($0.utf8) }, largestAnswer: largestAnswer,
            rule: NetworkRule(allowed: view.setting.configuration.allowRemote))
    }

    /// The URL with the query behind it.
    private func url(_ view: some StepView) throws -> String {
        let text = try view.text(url)
        let items = try view.texts(query).map { URLQueryItem(name: $0.key, value: $0.value) }
        guard !items.isEmpty else { return text }
        guard var parts = URLComponents(string: text) else {
            throw StepFailure(.badValue, "`\(text)` is no URL of the form http://… or https://…")
        }
        parts.queryItems = (parts.queryItems ?? []) + items
        // A plus means a blank in the forms that servers read.
        parts.percentEncodedQuery = parts.percentEncodedQuery?.replacing("+", with: "%2B")
        return parts.string ?? text
    }
}
