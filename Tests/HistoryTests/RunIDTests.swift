import Foundation
import History
import Testing

@Suite struct RunIDTests {
    @Test func anIDSaysWhenItsRunBeganInUTC() {
        let id = RunID(at: Date(timeIntervalSince1970: 1_795_486_065), random: 0)
        #expect(id.text == "20261124-020745-0000")
    }

    @Test func anIDIsReadBackFromItsText() throws {
        let id = RunID(at: Date(), random: .random(in: .min ... .max))
        #expect(RunID(id.text) == id)
        #expect(try JSONDecoder().decode([RunID].self, from: JSONEncoder().encode([id])) == [id])
    }

    @Test(arguments: [
        "", "latest", "20261124-020745", "20261124-020745-k3f", "20261124-020745-K3F9", "x0261124-020745-k3f9",
    ])
    func otherTextIsNoID(text: String) {
        #expect(RunID(text) == nil)
    }

    @Test func laterIDsSortAfterEarlierOnes() {
        let early = RunID(at: Date(timeIntervalSince1970: 1_795_486_065), random: .max)
        let late = RunID(at: Date(timeIntervalSince1970: 1_795_486_066), random: 0)
        #expect(early < late)
    }
}
