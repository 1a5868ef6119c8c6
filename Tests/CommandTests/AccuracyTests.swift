import Foundation
import Jinja
import Testing

/// That the small model does its job honestly.
@Suite struct AccuracyTests {
    @Test func `fledgling sorts at least 95 % of 500 held-out tickets into the right category`() throws {
        let fixture = try CommandFixture()
        let outcome = try fixture.start(
            ["run", "Tests/Fixtures/ticket-accuracy.yaml", "--model", CommandFixture.model, "--json"],
            in: CommandFixture.repository
        ).finish()
        let outputs = try outcome.lastEvent["outputs"]
        #expect(outputs?["tickets"] == 500)
        #expect((outputs?["category"]?.integer ?? 0) >= 475, "\(String(describing: outputs))")
    }
}
