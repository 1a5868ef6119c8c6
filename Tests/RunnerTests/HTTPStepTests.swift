import History
import Jinja
import OrderedCollections
import Testing
import Workflow

@testable import Runner

/// `http:` against a real server on loopback.
@Suite(.enabled(if: LoopbackServer.isPossible, "python3 is not installed"), .timeLimit(.minutes(1)))
struct HTTPStepTests {
    let server: LoopbackServer

    init() throws {
        server = try LoopbackServer()
    }

    @Test func aPlainRequestGivesStatusHeadersTextAndData() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of:
                    "[steps.a.status, steps.a.headers['x-owl'], steps.a.data.method, steps.a.data.path, steps.a.text is string]",
                after: "  - { id: a, http: '\(server.url)/echo?x=1' }")
            #expect(value == [200, "hoots", "GET", "/echo?x=1", true])
        }
    }

    @Test func aNameWithSeveralAddressesIsAskedWhereItAnswers() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "steps.a.status", after: "  - { id: a, http: 'http://localhost:\(server.port)/echo' }")
            #expect(value == 200)
        }
    }

    @Test func queryHeadersAndBodyAreSent() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of:
                    "[steps.a.data.method, steps.a.data.path, steps.a.data.headers['x-a'], steps.a.data.headers['content-type'], steps.a.data.body, steps.b.data.body]",
                after: """
                      - id: a
                        http:
                          url: \(server.url)/echo?x=1
                          query: { q: "a b&c+d", n: "${{ 2 }}" }
                          headers: { X-A: "${{ 'v' }}" }
                          json: { list: [1, "${{ 'ü' }}"] }
                      - { id: b, http: { url: "\(server.url)/echo", method: PUT, body: "plain ${{ 1 }}" } }
                    """)
            #expect(
                value == [
                    "POST", "/echo?x=1&q=a%20b%26c%2Bd&n=2", "v", "application/json", #"{"list":[1,"ü"]}"#, "plain 1",
                ])
        }
    }

    @Test func aStatusThatIsNoSuccessFailsUnlessAllowed() async throws {
        try await ProjectFolder.with { project in
            let error = try await project.failure(of: "  - { id: a, http: '\(server.url)/status/404' }")
            #expect(error?.code == "http_status")
            #expect(error?.message == "\(server.url)/status/404 answers with status 404: status 404")
            let value = try await project.value(
                of: "steps.a.status",
                after: "  - { id: a, http: { url: '\(server.url)/status/404', statuses: [200, 404] } }")
            #expect(value == 404)
        }
    }

    @Test func redirectsAreFollowedWithinTheRule() async throws {
        try await ProjectFolder.with { project in
            let value = try await project.value(
                of: "steps.a.data.path", after: "  - { id: a, http: '\(server.url)/redirect?/echo' }")
            #expect(value == "/echo")
            let away = try await project.failure(
                of: "  - { id: a, http: '\(server.url)/redirect?http://93.184.216.34/' }")
            #expect(away?.code == "request_refused")
            let endless = try await project.failure(
                of: "  - { id: a, http: '\(server.url)/loop' }")
            #expect(endless?.code == "http_failed")
            let nowhere = try await project.failure(
                of: "  - { id: a, http: '\(server.url)/redirect?http://127.0.0.1:70000/' }")
            #expect(nowhere?.code == "bad_value")
        }
    }

    @Test(arguments: ["http://93.184.216.34/", "https://8.8.8.8/x", "http://[2606:4700::1111]/"])
    func whatIsOutsideTheLocalNetworkIsRefusedBeforeAnythingIsSent(url: String) async throws {
        try await ProjectFolder.with { project in
            let error = try await project.failure(of: "  - { id: a, http: '\(url)' }")
            #expect(error?.code == "request_refused")
            #expect(error?.message.contains("`allow_remote`") == true)
        }
    }

    @Test(arguments: [
        ("ftp://127.0.0.1/", "bad_value"), ("127.0.0.1", "bad_value"), ("http:///x", "bad_value"),
        ("http://127.0.0.1:1/", "http_failed"),
        ("http://127.0.0.1:99999/", "bad_value"),
    ])
    func whatCannotBeAskedIsNamed(url: String, code: String) async throws {
        try await ProjectFolder.with { project in
            let error = try await project.failure(of: "  - { id: a, http: \"${{ '\(url)' }}\" }")
            #expect(error?.code == code)
            #expect(error?.message.contains(url) == true, "\(error?.message ?? "")")
        }
    }

    @Test func aLargeAnswerIsAnError() async throws {
        try await ProjectFolder.with { project in
            let error = try await project.failure(
                of: "  - { id: a, http: { url: '\(server.url)/bytes/100000', max_bytes: 1000 } }")
            #expect(error?.message.contains("more than 1000 bytes") == true)
        }
    }

    @Test func aSilentServerIsLeftAtTheTimeLimit() async throws {
        try await ProjectFolder.with { project in
            let error = try await project.failure(
                of: "  - { id: a, timeout: 200ms, http: '\(server.url)/silent' }")
            #expect(error?.code == "timed_out")
        }
    }
}
