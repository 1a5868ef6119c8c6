import Foundation

/// Where a server is: the parts of an `http` or `https` URL that say whom a request is sent to.
package struct ServerURL: Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with a text that should be a URL: a sentence.
    package struct Mistake: Error, Sendable, Hashable {
        package var message: String
    }

    package let isEncrypted: Bool
    /// The name or the address, without brackets; a zone stands behind `%`.
    package let host: String
    package let port: Int
    /// What stands behind the port, with the query; empty or beginning with `/`.
    package let path: String

    /// - Throws: ``Mistake`` where the text is no such URL, or holds a user or a password.
    package init(_ text: String) throws(Mistake) {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), let host = url.host, !host.isEmpty,
            ["http", "https"].contains(scheme)
        else { throw Mistake(message: "`\(text)` is no URL of the form http://… or https://…") }
        guard url.user == nil, url.password == nil else {
            throw Mistake(message: "`\(text)` holds a user or a password, which a URL is no place for")
        }
        guard (1...65535).contains(url.port ?? 80) else {
            throw Mistake(message: "`\(text)` names a port that is none: 1 to 65535 are")
        }
        isEncrypted = scheme == "https"
        // A zone is written `%25` in a URL.
        self.host = host.trimmingCharacters(in: ["[", "]"]).replacing("%25", with: "%").lowercased()
        port = url.port ?? (isEncrypted ? 443 : 80)
        let parts = URLComponents(url: url, resolvingAgainstBaseURL: true)
        path = (parts?.percentEncodedPath ?? "") + (parts?.percentEncodedQuery.map { "?\($0)" } ?? "")
    }

    /// The server alone, as people write it: `http://192.168.1.20:11434`.
    package var server: String {
        let shown = host.contains(":") ? "[\(host)]" : host
        let isUsual = port == (isEncrypted ? 443 : 80)
        return "\(isEncrypted ? "https" : "http")://\(shown)\(isUsual ? "" : ":\(port)")"
    }

    package var description: String { server + path }

    /// The same server with another path.
    package func with(path: String) -> String {
        (isEncrypted ? "https://" : "http://")
            + (host.contains(":") ? "[\(host.replacing("%", with: "%25"))]" : host) + ":\(port)" + path
    }
}
