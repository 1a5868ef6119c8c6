import Inference
import Testing

struct TokenEstimateTests {
    /// A text, and how many tokens some vocabularies make of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let kind: String
        /// By o200k, Llama 3, Qwen 3 and Gemma 4.
        let counts: [Int]
        /// By these, cl100k, Llama 2 and GPT-2.
        let smallest: Int
        let text: String

        var testDescription: String { kind }
    }

    static let cases: [Case] = [
        Case(
            kind: "English prose", counts: [45, 45, 45, 43], smallest: 43,
            text: """
                The harbour was quiet that morning. Two fishing boats came in with the tide, and a man on the \
                pier counted the crates as they were lifted ashore. Nobody had expected so much herring this late \
                in the year.
                """),
        Case(
            kind: "German prose", counts: [53, 64, 64, 55], smallest: 53,
            text: """
                Der Hafen lag an diesem Morgen still. Zwei Fischerboote liefen mit der Flut ein, und ein Mann auf \
                der Mole zählte die Kisten, während sie an Land gehoben wurden. Niemand hätte so spät im Jahr \
                noch so viele Heringe erwartet.
                """),
        Case(
            kind: "Swift code", counts: [56, 56, 57, 66], smallest: 56,
            text: """
                func total(of prices: [Int], discount: Double = 0.15) -> Int {
                    let sum = prices.reduce(0, +)
                    guard sum > 0 else { return 0 }
                    return Int(Double(sum) * (1 - discount))
                }

                """),
        Case(
            kind: "indented JSON", counts: [34, 34, 36, 42], smallest: 34,
            text: """
                {
                    "category": "billing",
                    "urgent": true,
                    "amount": 129.5,
                    "tags": ["refund", "invoice"]
                }

                """),
        Case(
            kind: "compact JSON", counts: [43, 41, 46, 48], smallest: 41,
            text: """
                {"id":48213,"user":{"name":"Ada","mail":"ada@example.com"},\
                "items":[{"sku":"A-17","count":2},{"sku":"B-03","count":1}]}
                """),
        Case(
            kind: "Chinese", counts: [51, 53, 38, 45], smallest: 38,
            text: """
                那天早晨港口很安静。两艘渔船随着潮水进港，码头上的一个人数着被吊上岸的箱子。没有人想到今年这么晚还会有这么多鲱鱼。
                """),
        Case(
            kind: "Japanese", counts: [73, 66, 61, 56], smallest: 56,
            text: """
                その朝、港は静かだった。二隻の漁船が潮に乗って入ってきて、桟橋の男が陸に上げられる箱を数えていた。こんなに遅い時期にこれほどのニシンが獲れるとは誰も思っていなかった。
                """),
        Case(
            kind: "Russian", counts: [58, 62, 65, 55], smallest: 55,
            text: """
                В то утро в порту было тихо. Две рыбацкие лодки вошли с приливом, и человек на пристани считал \
                ящики, пока их поднимали на берег. Никто не ожидал так много сельди в это время года.
                """),
        Case(
            kind: "digits", counts: [32, 32, 62, 62], smallest: 22,
            text: """
                2024 1999 10000 3.14159 271828 1000000 42 65536 299792458 8080
                """),
        Case(
            kind: "a table of blanks", counts: [27, 27, 30, 26], smallest: 26,
            text: """
                name          count      price
                herring          12       3.50
                cod               7       9.25

                """),
    ]

    @Test(arguments: cases)
    func `the likely count is within a quarter of what vocabularies make of a text`(_ example: Case) {
        let average = Double(example.counts.reduce(0, +)) / Double(example.counts.count)
        let likely = Double(TokenEstimate(of: example.text).likely)
        #expect(likely > average * 0.75 && likely < average * 1.25)
    }

    @Test(arguments: cases)
    func `the fewest are no more than any vocabulary makes`(_ example: Case) {
        let fewest = TokenEstimate(of: example.text).fewest
        #expect(fewest <= example.smallest)
        #expect(fewest >= example.smallest / 6)
    }

    @Test(arguments: [
        "a", "Verantwortung", " internationalization", "don't", "</td>", "        ", "\n\n\n", "}\n",
        "====================",
        "--------------------------------", "2024", "000000000000", "人工智能", "ありがとうございます", "안녕하세요", "здравствуйте",
        "ขอบคุณ", "é", "🙂", "...", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ])
    func `what may be one token is not said to be more`(text: String) {
        #expect(TokenEstimate(of: text).fewest == 1)
        #expect(TokenEstimate(of: text).likely >= 1)
    }

    @Test func `no text is no tokens`() {
        #expect(TokenEstimate(of: "").fewest == 0)
        #expect(TokenEstimate(of: "").likely == 0)
    }

    @Test(arguments: [" ", "\n", "\t", "\r\n"])
    func `every word is a token at least`(space: String) {
        let text = Array(repeating: "on", count: 1000).joined(separator: space)
        #expect(TokenEstimate(of: text).fewest == 1000)
    }

    @Test func `a long word without repetition is several tokens`() {
        let word = String(repeating: "qwertzuiopasdfghjklyxcvbnm", count: 100)
        #expect(TokenEstimate(of: word).fewest >= 100)
        #expect(TokenEstimate(of: word).likely >= 500)
    }

    @Test func `the likely count is never below the fewest`() {
        for example in Self.cases {
            for length in 0...example.text.count {
                let estimate = TokenEstimate(of: String(example.text.prefix(length)))
                #expect(estimate.fewest <= estimate.likely)
            }
        }
    }

    @Test func `estimates of texts add up`() {
        let (left, right) = (TokenEstimate(of: "A first message"), TokenEstimate(of: "and a second"))
        #expect((left + right).fewest == left.fewest + right.fewest)
        #expect((left + right).likely == left.likely + right.likely)
    }

    @Test func `megabytes without a blank take their time only once`() {
        let start = ContinuousClock.now
        #expect(TokenEstimate(of: String(repeating: "ab1-", count: 500_000)).likely > 1_000_000)
        #expect(start.duration(to: .now) < .seconds(30))
    }
}
