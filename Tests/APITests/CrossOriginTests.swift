import API
import APITestSupport
import HTTP
import Testing

@Suite struct CrossOriginTests {
    private func endpoints(_ origins: [String], keys: Authentication? = nil) -> Endpoints {
        Endpoints(
            [
                Endpoint("POST", "/whole") { $0.exchange.respond(.text(200, "ok")) },
                Endpoint("POST", "/stream") { call in
                    call.exchange.start(status: 200, headers: ["content-type": "text/plain"])
                    call.exchange.write([65])
                    call.exchange.finish(trailers: nil)
                },
            ], authentication: keys, crossOrigin: CrossOrigin(origins))
    }

    private func send(
        _ endpoints: Endpoints, _ method: String, _ path: String, _ headers: HTTPHeaders
    ) -> MemoryExchange {
        let exchange = MemoryExchange()
        endpoints.handle(.test(method, path, headers: headers), exchange)
        return exchange
    }

    private let question: HTTPHeaders = [
        "origin": "http://localhost:3000", "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
    ]

    @Test("a page of an allowed origin may ask, without a key, and read the answer")
    func allowed() throws {
        let keys = try Authentication(keyFile: Array("some-long-key".utf8), name: "keys")
        let endpoints = endpoints(["https://a.example", "http://localhost:3000"], keys: keys)
        let preflight = send(endpoints, "OPTIONS", "/whole", question)
        #expect(preflight.status == 204)
        #expect(preflight.headers["access-control-allow-origin"] == "http://localhost:3000")
        #expect(preflight.headers["access-control-allow-headers"] == "authorization, content-type")
        #expect(preflight.headers["access-control-allow-methods"] == "GET, HEAD, POST")
        #expect(preflight.headers["vary"] == "origin")
        let page: HTTPHeaders = [
            "origin": "http://localhost:3000", "authorization": "Bearer some-long-key",
        ]
        for path in ["/whole", "/stream", "/nowhere"] {
            let answer = send(endpoints, "POST", path, page)
            #expect(answer.headers["access-control-allow-origin"] == "http://localhost:3000")
        }
        let unkeyed = send(endpoints, "POST", "/whole", ["origin": "http://localhost:3000"])
        #expect(unkeyed.status == 401)
        #expect(unkeyed.headers["access-control-allow-origin"] != nil)
    }

    @Test("without keys a page of another origin cannot make the server compute")
    func foreign() throws {
        let open = endpoints(["https://a.example"])
        for origin in ["http://evil.example", "null", "http://localhost:8081"] {
            let headers: HTTPHeaders = [
                "origin": origin, "host": "localhost:8080", "content-type": "text/plain",
            ]
            #expect(send(open, "POST", "/whole", headers).status == 403)
        }
        // A name of the page's own that leads to this machine.
        let rebound: HTTPHeaders = [
            "origin": "http://evil.example:8080", "host": "evil.example:8080",
        ]
        #expect(send(open, "POST", "/whole", rebound).status == 403)
        for headers: HTTPHeaders in [
            ["host": "localhost:8080"], ["origin": "http://[::1]:8080", "host": "[::1]:8080"],
            ["origin": "http://127.0.0.1:8080", "host": "127.0.0.1:8080"],
            ["origin": "http://LOCALHOST:8080", "host": "localhost:8080"],
            ["origin": "https://a.example", "host": "localhost:8080"],
        ] {
            #expect(send(open, "POST", "/whole", headers).status == 200)
        }
        let keys = try Authentication(keyFile: Array("some-long-key".utf8), name: "keys")
        let page: HTTPHeaders = [
            "origin": "http://evil.example", "host": "a", "authorization": "Bearer some-long-key",
        ]
        #expect(send(endpoints([], keys: keys), "POST", "/whole", page).status == 200)
    }

    @Test("what the transport refuses after the head can be read by the page as well")
    func refusedLater() throws {
        let head = RequestHead(
            method: "POST", path: "/whole", headers: ["origin": "https://a.example"],
            bodyLength: nil, requestID: "test-1", receivedAt: .now)
        guard case .whole(let policy) = endpoints(["https://a.example"]).admit(head) else {
            Issue.record("refused")
            return
        }
        #expect(policy.addedHeaders["access-control-allow-origin"] == "https://a.example")
    }

    @Test(
        "other origins are told which flag allows them, and see no header",
        arguments: [
            [], ["https://a.example"], ["http://localhost:300"],
        ])
    func refused(origins: [String]) {
        let endpoints = endpoints(origins)
        let preflight = send(endpoints, "OPTIONS", "/whole", question)
        #expect(preflight.status == 405)
        #expect(preflight.text.contains("--cors-origin"))
        #expect(preflight.headers["access-control-allow-origin"] == nil)
        let answer = send(endpoints, "POST", "/whole", ["origin": "http://localhost:3000"])
        #expect(answer.status == 403 && answer.text.contains("--cors-origin"))
        #expect(answer.headers["access-control-allow-origin"] == nil)
    }

    @Test("a star allows every origin, by its name") func star() {
        let preflight = send(endpoints(["*"]), "OPTIONS", "/whole", question)
        #expect(preflight.headers["access-control-allow-origin"] == "http://localhost:3000")
    }

    @Test(
        "what is no origin is told apart",
        arguments: [
            ("*", true), ("http://localhost:3000", true), ("https://a.example", true),
            ("a.example", false), ("https://a.example/", false), ("https://", false),
            ("ftp://a.example", false), ("https://a b", false), ("", false),
        ])
    func origins(text: String, isOrigin: Bool) {
        #expect(CrossOrigin.isOrigin(text) == isOrigin)
    }
}
