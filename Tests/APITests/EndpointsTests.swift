import API
import APITestSupport
import HTTP
import JSON
import Testing

@Suite struct EndpointsTests {
    private func endpoints(_ authentication: Authentication? = nil) -> Endpoints {
        func answering(_ method: String, _ path: String, _ access: Endpoint.Access = .keyed)
            -> Endpoint
        {
            Endpoint(method, path, access: access) { call in
                call.exchange.respond(
                    .text(200, "\(method) \(path) \(call.parameter) \(call.fairnessKey)"))
            }
        }
        return Endpoints(
            [
                answering("GET", "/livez", .open), answering("GET", "/v1/models"),
                answering("GET", "/v1/models/{id}"), answering("POST", "/v1/chat/completions"),
                .throwing("POST", "/fails") { (_) throws(APIError) in
                    throw APIError(.overloaded, "full", retryAfter: .milliseconds(2500))
                },
            ], authentication: authentication)
    }

    private func send(
        _ method: String, _ path: String, headers: HTTPHeaders = [:], body: String = "",
        authentication: Authentication? = nil
    ) -> MemoryExchange {
        let exchange = MemoryExchange()
        endpoints(authentication).handle(
            .test(method, path, body: body, headers: headers), exchange)
        return exchange
    }

    @Test("a request finds its endpoint by method and path")
    func finds() {
        #expect(send("GET", "/v1/models").text == "GET /v1/models  0")
        #expect(send("HEAD", "/v1/models").text == "GET /v1/models  0")
        #expect(send("GET", "/v1/models/a").text == "GET /v1/models/{id} a 0")
    }

    @Test("the rest of a path keeps its slashes and is percent-decoded once")
    func parameter() {
        #expect(send("GET", "/v1/models/org/m%201%252F").text == "GET /v1/models/{id} org/m 1%2F 0")
        for broken in ["%", "%2", "%zz", "%ff"] {
            #expect(send("GET", "/v1/models/\(broken)").status == 404)
        }
    }

    @Test(
        "an unknown path is 404 with a hint at the nearest one",
        arguments: [
            ("/v1/chat/completion", "/v1/chat/completions"), ("/v1/models/", "/v1/models"),
            ("/chat/completions", "/v1/chat/completions"),
            ("/v1/v1/models", "/v1/models"), ("/v1/livez", "/livez"),
            ("/V1/Models", "/v1/models"), ("/LIVEZ/", "/livez"), ("/v1/modles", "/v1/models"),
        ])
    func hints(path: String, expected: String) {
        let exchange = send("GET", path)
        #expect(exchange.status == 404)
        #expect(exchange.json["error"]?["code"] == "unknown_url")
        let message = exchange.json["error"]?["message"]?.stringValue ?? ""
        #expect(message.hasSuffix(" \(expected)?"), "\(message)")
    }

    @Test("a hostile path gets a bounded answer without a hint")
    func hostilePath() {
        let exchange = send(
            "GET", "/" + String(repeating: "e\u{301}\u{301}", count: 10_000) + "\u{7}")
        #expect(exchange.status == 404)
        #expect(exchange.body.count < 2000)
    }

    @Test("a known path with another method is 405 and says which are allowed")
    func methodNotAllowed() {
        let exchange = send("DELETE", "/v1/models")
        #expect(exchange.status == 405)
        #expect(exchange.headers["allow"] == "GET, HEAD")
        #expect(send("GET", "/v1/chat/completions").headers["allow"] == "POST")
        #expect(send("get", "/v1/models").status == 405)
    }

    @Test("an endpoint's error is answered as OpenAI spells it, with the request's id")
    func failing() {
        let exchange = send("POST", "/fails")
        #expect(exchange.status == 429)
        #expect(exchange.headers["retry-after"] == "3")
        #expect(exchange.headers["content-type"] == "application/json")
        #expect(
            exchange.json == [
                "error": [
                    "message": "full", "type": "rate_limit_error", "param": nil,
                    "code": "rate_limit_exceeded", "request_id": "test-1",
                ]
            ])
    }

    @Test("with keys only open endpoints answer without one")
    func keys() throws {
        let keys = try Authentication(
            keyFile: Array("# ours\n\n  first-key-1 \r\nsecond-key-2\n".utf8), name: "keys")
        #expect(send("GET", "/livez", authentication: keys).status == 200)
        let missing = send("GET", "/v1/models", authentication: keys)
        #expect(missing.status == 401)
        #expect(missing.headers["www-authenticate"] == "Bearer")
        #expect(missing.json["error"]?["code"] == "missing_api_key")
        for header in ["Bearer first-key-1", "bearer  second-key-2", "BEARER first-key-1 "] {
            let exchange = send(
                "GET", "/v1/models", headers: ["authorization": header], authentication: keys)
            #expect(exchange.text.hasPrefix("GET /v1/models  "))
        }
        for header in [
            "Bearer", "Bearer ", "Bearer first-key-", "Bearer first-key-12", "Basic first-key-1",
            "first-key-1", "Bearer first-key-1first-key-1", "Bearer # ours",
            "Bearer " + String(repeating: "x", count: 5000), "",
        ] {
            let exchange = send(
                "GET", "/v1/models", headers: ["authorization": header], authentication: keys)
            #expect(exchange.status == 401, "\(header)")
        }
    }

    @Test("a client's number comes from its key: the same in every file, another for every key")
    func clients() throws {
        let one = try Authentication(keyFile: Array("first-key-1\nsecond-key-2".utf8), name: "a")
        let other = try Authentication(keyFile: Array("second-key-2\nfirst-key-1".utf8), name: "b")
        let (first, second): (HTTPHeaders, HTTPHeaders) = (
            ["authorization": "Bearer first-key-1"], ["authorization": "Bearer second-key-2"]
        )
        #expect(try one.check(first).number == other.check(first).number)
        #expect(try one.check(second).number == other.check(second).number)
        #expect(try one.check(first).number != one.check(second).number)
        #expect(try one.check(first).number > 2, "it is no place in a list")
    }

    @Test("a key is called by its name, or by its line; the log learns it, and no wrong key")
    func names() throws {
        let keys = try Authentication(
            keyFile: Array("# ours\nalice  first-key-1\nsecond-key-2\n".utf8), name: "keys")
        for (key, name) in [("first-key-1", "alice"), ("second-key-2", "key-3")] {
            let exchange = send(
                "GET", "/v1/models", headers: ["authorization": "Bearer \(key)"],
                authentication: keys)
            #expect(exchange.notes.key == name)
        }
        let refused = send(
            "GET", "/v1/models", headers: ["authorization": "Bearer alice"], authentication: keys)
        #expect(refused.notes.key == nil && refused.notes.reason == "invalid_api_key")
    }

    @Test(
        "the log learns whose request was refused by its head",
        arguments: [
            ("GET", "/nothing", "application/json", 404),
            ("DELETE", "/v1/models", "application/json", 405),
            ("POST", "/fails", "image/png", 415), ("GET", "/v1/models", "application/json", 413),
        ])
    func refusedNames(method: String, path: String, type: String, status: Int) throws {
        let keys = try Authentication(keyFile: Array("alice first-key-1".utf8), name: "keys")
        let refused = send(
            method, path,
            headers: ["authorization": "Bearer first-key-1", "content-type": type],
            body: String(repeating: " ", count: 20_000), authentication: keys)
        #expect(refused.status == status && refused.notes.key == "alice")
    }

    @Test("a key file read again takes keys away and adds some; a bad one changes nothing")
    func reload() throws {
        let keys = try Authentication(
            keyFile: Array("first-key-1\nsecond-key-2\n".utf8), name: "keys")
        func client(_ key: String) -> UInt64? {
            try? keys.check(["authorization": "Bearer \(key)"]).number
        }
        let second = try #require(client("second-key-2"))
        let count = try keys.reload(
            keyFile: Array("third-key-3\nsecond-key-2\n".utf8), name: "keys")
        #expect(count == 2)
        #expect(client("first-key-1") == nil && client("third-key-3") != nil)
        #expect(client("second-key-2") == second)
        #expect(throws: AuthenticationError.self) {
            try keys.reload(keyFile: Array("short".utf8), name: "keys")
        }
        #expect(client("second-key-2") == second && client("third-key-3") != nil)
    }

    @Test(
        "without a key nothing is told of paths and methods",
        arguments: [
            ("GET", "/nothing"), ("GET", "/v1/model"), ("DELETE", "/v1/models"), ("PUT", "/fails"),
        ])
    func unknownBeforeKey(method: String, path: String) throws {
        let keys = try Authentication(keyFile: Array("some-long-key".utf8), name: "keys")
        let exchange = send(method, path, authentication: keys)
        #expect(exchange.status == 401)
        #expect(exchange.headers["allow"] == nil)
        #expect(!exchange.text.contains(path))
        let key: HTTPHeaders = ["authorization": "Bearer some-long-key"]
        let status = send(method, path, headers: key, authentication: keys).status ?? 0
        #expect(status == 404 || status == 405)
        #expect(send("POST", "/livez", authentication: keys).status == 405)
    }

    /// Only heads are sent: none of these may wait for a body.
    @Test("route, method, key, type, encoding and length are judged by the head")
    func headFirst() throws {
        let keys = try Authentication(keyFile: Array("some-long-key".utf8), name: "keys")
        let endpoints = endpoints(keys)
        func status(
            _ method: String, _ path: String, _ fields: HTTPHeaders = [:], length: Int? = 10,
            key: Bool = true
        ) -> Int? {
            var headers = fields
            if key { headers["authorization"] = "Bearer some-long-key" }
            let head = RequestHead(
                method: method, path: path, headers: headers, bodyLength: length, requestID: "r",
                receivedAt: .now)
            guard case .refused(let response) = endpoints.admit(head) else { return nil }
            return response.status
        }
        #expect(status("POST", "/fails", key: false) == 401)
        #expect(status("POST", "/v1/chat/completions", length: nil, key: false) == 401)
        #expect(status("POST", "/v1/chat/completions") == nil)
        #expect(status("POST", "/v1/chat/completions", length: nil) == nil)
        #expect(status("POST", "/nowhere") == 404)
        #expect(status("POST", "/v1/models") == 405)
        #expect(status("GET", "/livez", length: 4 << 20, key: false) == 413)
        #expect(status("GET", "/livez", length: 2, key: false) == nil)
        #expect(status("POST", "/fails", ["content-type": "image/png"]) == 415)
        #expect(status("POST", "/fails", ["content-type": "image/png"], length: 0) == nil)
        for encoding in ["gzip", "br", "identity, zstd", "x"] {
            #expect(status("POST", "/fails", ["content-encoding": encoding]) == 415)
        }
        #expect(status("POST", "/fails", ["content-encoding": "Identity"]) == nil)
    }

    @Test("an encoded body's answer says what is taken") func encoded() {
        let exchange = send("POST", "/fails", headers: ["content-encoding": "gzip"], body: "x")
        #expect(exchange.status == 415)
        #expect(exchange.headers["accept-encoding"] == "identity")
        #expect(exchange.json["error"]?["code"] == "unsupported_content_encoding")
    }

    @Test(
        "a key file that cannot be meant is refused with its line",
        arguments: [
            ("", "keys holds no key; write one a line"),
            ("# nothing\n\n", "keys holds no key; write one a line"),
            ("good-key-1\nshort\n", "keys, line 2: a key has 8 to 512 characters, this one has 5"),
            (
                "three words here\n",
                "keys, line 1: a key is one word of printable ASCII, after a name if it has one"
            ),
            (
                "käse-und-brot\n",
                "keys, line 1: a key is one word of printable ASCII, after a name if it has one"
            ),
            (
                "a=b good-key-1\n",
                "keys, line 1: a key's name has up to 64 letters, digits, '-', '_' and '.'"
            ),
            (
                "\u{FEFF}alice good-key-1\n\nbob good-key-1\n",
                "keys, line 3: the key of line 1; give each client one of its own"
            ),
            ("name short", "keys, line 1: a key has 8 to 512 characters, this one has 5"),
        ])
    func keyFiles(text: String, message: String) {
        #expect(throws: AuthenticationError(message)) {
            try Authentication(keyFile: Array(text.utf8), name: "keys")
        }
    }

    @Test(
        "bodies are read as JSON whatever their type says, unless it is certainly another",
        arguments: [
            (nil, 200), ("application/json", 200), ("application/x-www-form-urlencoded", 200),
            ("application/vnd.api+json; charset=utf-8", 200), ("Application/XML", 415),
            ("text/xml; charset=utf-8", 415), ("text/html", 415),
            ("text/plain", 200), ("multipart/form-data; boundary=x", 415), ("image/png", 415),
        ] as [(String?, Int)])
    func contentTypes(type: String?, status: Int) {
        let endpoints = Endpoints([
            .throwing("POST", "/echo") { (call) throws(APIError) in
                call.answer(try Inquiry(call).json())
            }
        ])
        let exchange = MemoryExchange()
        var headers = HTTPHeaders()
        headers["content-type"] = type
        endpoints.handle(.test("POST", "/echo", body: "{\"a\":1}", headers: headers), exchange)
        #expect(exchange.status == status)
    }
}
