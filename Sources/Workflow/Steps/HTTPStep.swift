import Foundation
import Jinja

/// `http:` asks a server.
package struct HTTPStep: StepKind {
    package enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package var url = TemplatedText.constant("")
    package var method: Method?
    package var query = TemplatedValue.mapping([])
    package var headers = TemplatedValue.mapping([])
    package var body: TemplatedText?
    package var json: TemplatedValue?
    package var allowedStatuses: [Int] = []
    package var largestAnswer = 16 << 20

    package init() {}

    package static let key = "http"
    package static let summary = """
        Sends a request to a server on your own network. Servers elsewhere are refused unless the configuration names \
        their host under `allow_remote`.
        """
    package static let shorthand: String? = "url"
    package static let isRetriedByDefault = true
    package static let fields: [Field<Self>] = [
        .required("url", \.url, .someText, "Where to: `http://` or `https://`."),
        .optional("method", \.method, .choice(), "`GET` if not given, and `POST` with a `body` or `json`."),
        .optional("query", \.query, .mapping, default: nil, "What is added to the URL behind `?`."),
        .optional("headers", \.headers, .mapping, default: nil, "Headers of the request."),
        .optional("body", \.body, .text, "What is sent, as it is."),
        .optional("json", \.json, .value, "A value that is sent as JSON."),
        .optional(
            "statuses", \.allowedStatuses, .array(of: .integer(100...599), named: "status codes"), default: nil,
            "The status codes that count as success; 200 to 299 if not given."),
        .optional(
            "max_bytes", \.largestAnswer, .integer(1...(1 << 30)), default: 16_777_216,
            "A larger answer is an error."),
    ]
    package static let outputs: [Shape.Member] = [
        .init("status", .integer, "The status code."),
        .init("headers", .any, "The headers of the answer, by their names in lower case."),
        .init("text", .text, "The answer."),
        .init("data", .any, "The answer as data, where it is JSON; null otherwise."),
        .init("seconds", .number, "How long it took."),
    ]

    package func validate(at place: Place, _ decoding: Decoding) {
        if case .constant(let url) = url, !url.isEmpty, !url.hasPrefix("http://"), !url.hasPrefix("https://") {
            decoding.report("the URL `\(url)` begins with neither `http://` nor `https://`", at: place)
        } else if case .constant(let url) = url, let port = URL(string: url)?.port, !(1...65535).contains(port) {
            decoding.report("the port \(port) is none: 1 to 65535 are", at: place)
        }
        if body != nil, json != nil { decoding.report("`http` takes `body` or `json`, not both", at: place) }
        if body != nil || json != nil, method == .get || method == .head {
            decoding.report(
                "a \(method?.rawValue ?? "GET") request has no body: leave out `method`, or take POST", at: place)
        }
    }
}
