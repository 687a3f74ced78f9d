import JSON

/// Makes the requests of a run. Request `index` of a seed is always the same.
struct Workload: Sendable {
    var endpoint: Endpoint
    var model: String
    var promptTokens: LengthDistribution
    var outputTokens: LengthDistribution
    /// How many tokens at the start are the same in all prompts.
    var sharedPrefix: Int
    /// Prompts are random token ids below this number; nil means words.
    var vocabulary: Int?
    var stream: Bool
    var ignoreEOS: Bool
    var temperature: Double
    /// Fields added to every request; they replace those made here.
    var extra: JSONObject
    var seed: UInt64
    /// The share of requests that are cancelled midway.
    var cancelFraction: Double

    /// One request, before it is sent.
    struct Item {
        var body: [UInt8]
        var promptTokens: Int
        var outputTokens: Int
        /// The number of content chunks after which the client leaves; nil if it stays.
        var cancelAfter: Int?
    }

    func item(_ index: Int) -> Item {
        var generator = SeededGenerator(seed: seed, stream: UInt64(bitPattern: Int64(index)) &+ 16)
        let promptCount = promptTokens.sample(&generator)
        let outputCount = outputTokens.sample(&generator)
        let isAbandoned = generator.unit() <= cancelFraction && cancelFraction > 0
        var object: JSONObject = [:]
        if !model.isEmpty { object["model"] = .string(model) }
        switch endpoint {
        case .completions: object["prompt"] = prompt(promptCount, &generator)
        case .chat:
            object["messages"] = [["role": "user", "content": prompt(promptCount, &generator)]]
        }
        object["max_tokens"] = .integer(Int64(outputCount))
        object["temperature"] = .double(temperature)
        object["stream"] = .bool(stream)
        if stream { object["stream_options"] = ["include_usage": true] }
        if ignoreEOS { object["ignore_eos"] = true }
        for (key, value) in extra { object[key] = value }
        return Item(
            body: JSONWriter.bytes(.object(object)), promptTokens: promptCount,
            outputTokens: outputCount, cancelAfter: isAbandoned ? max(1, outputCount / 2) : nil)
    }

    /// `count` words or ids. The first `sharedPrefix` of them are the same in every request.
    private func prompt(_ count: Int, _ generator: inout SeededGenerator) -> JSONValue {
        let shared = min(sharedPrefix, count)
        var prefixGenerator = SeededGenerator(seed: seed, stream: 1)
        if let vocabulary {
            let ids = (0..<count).map { position in
                position < shared
                    ? Int64.random(in: 0..<Int64(vocabulary), using: &prefixGenerator)
                    : Int64.random(in: 0..<Int64(vocabulary), using: &generator)
            }
            return .array(ids.map { .integer($0) })
        }
        let words = (0..<count).map { position in
            let index =
                position < shared
                ? Int.random(in: 0..<Self.words.count, using: &prefixGenerator)
                : Int.random(in: 0..<Self.words.count, using: &generator)
            return Self.words[index]
        }
        return .string(words.joined(separator: " "))
    }

    /// Short common words: one token each, with the space before it, in most vocabularies.
    private static let words = """
        about after again air all along also always an and animal another answer any are around as
        ask at away back be because before began being below best better between big book both boy
        but by call came can car change city close come could country day did different do does
        done door down each early earth eat end enough even every eye face far feet few find fire
        first fish five food for form found four from girl give go good got great group grow had
        half hand hard has have he head hear help her here high him his home horse house how idea
        if in is it just keep kind king know land large last late learn left less let letter life
        light like line list little live long look low made make man many may me mean men might
        mile money more most mother mountain move much music must my name near need never new next
        night no north not now number of off often old on once one only open or order other our out
        over own page paper part past people place plan plant play point power press put question
        quick rain ran read real red rest right river road rock room run said same saw say school
        sea second see seem sentence set she ship short should show side since sing six slow small
        snow so some song soon space stand star start state step still stop story street strong
        study such sun sure table take talk tell ten than that the their them then there these they
        thing think this those thought three through time to together told too took top town travel
        tree true try turn two under until up upon us use very voice walk want war warm was watch
        water way we week well went were west what wheel when where which while white who whole why
        will wind with wood word work world would write year yes you young your
        """.split { $0 == " " || $0 == "\n" }.map(String.init)
}
