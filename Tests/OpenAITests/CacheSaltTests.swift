import API
import APITestSupport
import Generation
import HTTP
import JSON
import OpenAI
import Testing

/// Requests share cached prefixes if their salts are equal.
@Suite struct CacheSaltTests {
    private let keys = ["first-key-1", "second-key-2"]

    /// The salts that requests reach the engine with.
    private func salts(
        sharesPrefixes: Bool, _ sent: [(key: String?, fields: String)]
    ) throws -> [UInt64] {
        let server = try OpenAIBench(
            salting: CacheSalting(sharesPrefixes: sharesPrefixes)
        ) { codec, _, _ in .texts(codec, []) }
        let authentication = try Authentication(
            keyFile: Array(keys.joined(separator: "\n").utf8), name: "keys")
        for (key, fields) in sent {
            let endpoints = Endpoints(
                OpenAIEndpoints(server.bench.context).endpoints
                    + NativeEndpoints(server.bench.context).endpoints,
                authentication: key == nil ? nil : authentication)
            let headers: HTTPHeaders = key.map { ["authorization": "Bearer \($0)"] } ?? [:]
            let isNative = fields.contains(#""text""#)
            let path = isNative ? "/switchyard.v1.Inference/Generate" : "/v1/completions"
            let exchange = server.bench.send(
                endpoints, "POST", path, "{\(fields)}", headers: headers)
            #expect(exchange.status == nil, "\(exchange.text)")
        }
        return server.bench.service.requests.map(\.cacheSalt)
    }

    private let plain = #""prompt": "a""#
    private let salted = #""prompt": "a", "cache_salt": "s""#

    @Test("each key has a salt of its own, on every endpoint; none is no salt")
    func byKey() throws {
        let salts = try salts(
            sharesPrefixes: false,
            [
                (keys[0], plain), (keys[1], plain), (keys[0], plain),
                (keys[0], #""prompt": {"text": "a"}"#), (nil, plain),
            ])
        #expect(salts[0] != salts[1])
        #expect(salts[0] == salts[2])
        #expect(salts[0] == salts[3])
        #expect(salts[4] == 0)
        #expect(!salts[..<4].contains(0))
    }

    @Test("where prefixes are shared, keys do not matter")
    func shared() throws {
        let salts = try salts(
            sharesPrefixes: true,
            [(keys[0], plain), (keys[1], plain), (keys[0], salted), (keys[1], salted)])
        #expect(salts[0] == 0 && salts[1] == 0)
        #expect(salts[2] != 0 && salts[2] == salts[3])
    }

    @Test("a request's own salt narrows further, and never reaches another key")
    func ownSalt() throws {
        let salts = try salts(
            sharesPrefixes: false,
            [
                (keys[0], plain), (keys[0], salted), (keys[1], salted),
                (keys[0], #""prompt": "a", "cache_salt": "t""#), (keys[0], salted),
                (keys[0], #""prompt": {"text": "a"}, "cache_salt": "s""#), (nil, salted),
            ])
        #expect(Set(salts[..<4]).count == 4)
        #expect(salts[4] == salts[1])
        #expect(salts[5] == salts[1])
        #expect(Set(salts[..<4] + [salts[6], 0]).count == 6)
    }

    @Test("an empty salt is a mistake")
    func empty() throws {
        let server = try OpenAIBench(writing: ["x"])
        let exchange = server.complete(#""prompt": "a", "cache_salt": """#)
        #expect(exchange.status == 400)
        #expect(exchange.json["error"]?["param"] == "cache_salt")
    }
}
