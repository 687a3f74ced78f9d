import HTTP
import Testing

@Suite struct HTTP1RulesTests {
    private func head(
        _ method: String = "POST", _ target: String = "/", _ version: HTTPVersion = .http1_1,
        _ headers: HTTPHeaders
    ) throws -> HTTP1Head {
        try HTTP1Rules.check(
            method: method, target: target, version: version, headers: headers,
            limits: MessageLimits())
    }

    @Test("a connection stays as its version and its options say") func persistence() throws {
        let table: [(HTTPVersion, String?, Bool)] = [
            (.http1_1, nil, true), (.http1_1, "close", false), (.http1_1, "Close", false),
            (.http1_1, "x, close", false), (.http1_1, "keep-alive", true),
            (.http1_0, nil, false), (.http1_0, "Keep-Alive", true),
            (.http1_0, "keep-alive, close", false),
        ]
        for (version, option, stays) in table {
            var headers: HTTPHeaders = ["host": "a"]
            headers["connection"] = option
            #expect(try head("GET", "/", version, headers).isPersistent == stays, "\(version)")
        }
    }

    @Test("100-continue is owed only where a body follows, and not to HTTP/1.0")
    func expectation() throws {
        let base: HTTPHeaders = ["host": "a", "expect": "100-Continue"]
        #expect(try !head("POST", "/", .http1_1, base).expectsContinue)
        var headers = base
        headers["content-length"] = "0"
        #expect(try !head("POST", "/", .http1_1, headers).expectsContinue)
        headers["content-length"] = "1"
        #expect(try head("POST", "/", .http1_1, headers).expectsContinue)
        #expect(try !head("POST", "/", .http1_0, headers).expectsContinue)
    }

    @Test("targets of all forms give a path, a query and an authority") func targets() throws {
        let table: [(String, String, String, String?, String?)] = [
            ("GET", "/", "/", nil, nil),
            ("GET", "/a/b?c=d?e", "/a/b", "c=d?e", nil),
            ("GET", "/a?", "/a", "", nil),
            ("GET", "/%41//..", "/%41//..", nil, nil),
            ("OPTIONS", "*", "*", nil, nil),
            ("GET", "http://h:81/p?q", "/p", "q", "h:81"),
            ("GET", "HTTP://h", "/", nil, "h"),
            ("GET", "https://[::1]:8/x", "/x", nil, "[::1]:8"),
            ("GET", "http://h?q", "/", "q", "h"),
            ("OPTIONS", "http://h", "*", nil, "h"),
        ]
        for (method, target, path, query, authority) in table {
            let split = try RequestRules.split(target, method: method)
            #expect(split == (path, query, authority), "\(target)")
        }
    }

    @Test("hosts are names, addresses and ports") func hosts() {
        for good in ["a", "a.b:80", "127.0.0.1", "[::1]", "[::ffff:1.2.3.4]:8080", "a:", "a_b"] {
            #expect(RequestRules.isHost(good), "\(good)")
        }
        for bad in ["", ":80", "[]", "[:", "a:-1", "a:99999", "a:123456", "a b", "\u{E9}", "a\\"] {
            #expect(!RequestRules.isHost(bad), "\(bad)")
        }
    }

    @Test("each violation has a status of its class, a code of its own and a way out")
    func violations() {
        var codes: Set<String> = []
        for violation in RequestViolation.allCases {
            #expect((400...505).contains(violation.status))
            #expect(codes.insert(violation.code).inserted)
            #expect(!violation.message.contains("\"") && !violation.message.contains("\\"))
            #expect(violation.message.hasSuffix("."))
        }
    }
}
