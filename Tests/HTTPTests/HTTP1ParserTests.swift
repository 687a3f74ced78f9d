import HTTP
import TestSupport
import Testing

@Suite struct HTTP1ParserTests {
    private let three =
        "POST /a?b=c HTTP/1.1\r\nHost: x:80\r\nContent-Length: 5\r\n\r\nhello"
        + "POST /chunks HTTP/1.1\r\nhost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
        + "3;ext=\"1\"\r\nabc\r\n00A\r\n0123456789\r\n0\r\nX-Trailer: t\r\n\r\n"
        + "\r\nGET http://other/path HTTP/1.1\r\nHost: x\r\nX-Text:  caf\u{E9} \t\r\n\r\n"

    @Test("joined requests are told apart, with their bodies")
    func joined() {
        let parsed = Parsed(three)
        #expect(parsed.violation == nil)
        #expect(parsed.rest == 0)
        #expect(parsed.heads.map(\.path) == ["/a", "/chunks", "/path"])
        #expect(parsed.heads.map(\.query) == ["b=c", nil, nil])
        #expect(parsed.heads.map(\.framing) == [.length(5), .chunked, .none])
        #expect(
            parsed.bodies.map { String(decoding: $0, as: UTF8.self) }
                == ["hello", "abc0123456789", ""])
        #expect(parsed.heads[2].headers["host"] == "other")
        #expect(parsed.heads[2].headers["X-TEXT"] == "caf\u{E9}")
    }

    @Test("how bytes are cut into reads changes nothing", arguments: [1, 2, 3, 7, 50])
    func cuts(step: Int) {
        #expect(Parsed(three, step: step) == Parsed(three))
    }

    /// A head that must be refused, and why. `|` stands for CR LF.
    static let refusals: [(String, RequestViolation)] = [
        ("GET  / HTTP/1.1|Host: a||", .requestLineMalformed),
        ("GET / HTTP/1.1 |Host: a||", .requestLineMalformed),
        ("GET / http/1.1|Host: a||", .requestLineMalformed),
        ("GET / HTTP/1.1x|Host: a||", .requestLineMalformed),
        ("GET /|Host: a||", .requestLineMalformed),
        ("GET|Host: a||", .requestLineMalformed),
        ("GET / HTTP/2.0|Host: a||", .versionUnsupported),
        ("GET / HTTP/0.9|Host: a||", .versionUnsupported),
        ("PRI * HTTP/2.0||", .versionUnsupported),
        ("G\u{E9}T / HTTP/1.1|Host: a||", .requestLineMalformed),
        ("G(T / HTTP/1.1|Host: a||", .requestLineMalformed),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH / HTTP/1.1|Host: a||", .methodMalformed),
        (" GET / HTTP/1.1|Host: a||", .lineEndMalformed),
        ("\u{16}\u{03}\u{01}", .tlsOnPlainPort),
        ("||GET / HTTP/1.1|Host: a||", .lineEndMalformed),
        ("GET / HTTP/1.1\nHost: a\n\n", .lineEndMalformed),
        ("GET / HTTP/1.1|Host: a\n|", .lineEndMalformed),
        ("GET / HTTP/1.1|Host: a\r\r\n||", .headerValueMalformed),
        ("GET / HTTP/1.1|Host: a\rX: b||", .headerValueMalformed),
        ("GET / HTTP/1.1|Host: a|X: a\u{0}b||", .headerValueMalformed),
        ("GET / HTTP/1.1|Host: a|X: \u{7F}||", .headerValueMalformed),
        ("GET / HTTP/1.1|Host: a|X: 1| 2||", .headerFolded),
        ("GET / HTTP/1.1|Host: a|\tX: 1||", .headerFolded),
        ("GET / HTTP/1.1| Host: a||", .headerFolded),
        ("GET / HTTP/1.1|Host: a|X : 1||", .headerNameMalformed),
        ("GET / HTTP/1.1|Host: a|: 1||", .headerNameMalformed),
        ("GET / HTTP/1.1|Host: a|X||", .headerNameMalformed),
        ("GET / HTTP/1.1|Host: a|X\u{0}: 1||", .headerNameMalformed),
        ("GET / HTTP/1.1|Host: a|X{: 1||", .headerNameMalformed),
        ("GET / HTTP/1.1||", .hostMissing),
        ("GET http://a/ HTTP/1.1||", .hostMissing),
        ("GET / HTTP/1.1|Host: a|host: a||", .hostRepeated),
        ("GET / HTTP/1.1|Host:||", .hostMalformed),
        ("GET / HTTP/1.1|Host: a b||", .hostMalformed),
        ("GET / HTTP/1.1|Host: u@a||", .hostMalformed),
        ("GET / HTTP/1.1|Host: a/b||", .hostMalformed),
        ("GET / HTTP/1.1|Host: a, b||", .hostMalformed),
        ("GET / HTTP/1.1|Host: a:b||", .hostMalformed),
        ("GET / HTTP/1.1|Host: a:65536||", .hostMalformed),
        ("GET / HTTP/1.1|Host: [::1||", .hostMalformed),
        ("GET / HTTP/1.1|Host: [a]||", .hostMalformed),
        ("GET / HTTP/1.1|Host: [::1]x||", .hostMalformed),
        ("CONNECT a:80 HTTP/1.1|Host: a||", .connectRefused),
        ("GET * HTTP/1.1|Host: a||", .targetMalformed),
        ("GET a HTTP/1.1|Host: a||", .targetMalformed),
        ("GET ftp://a/ HTTP/1.1|Host: a||", .targetMalformed),
        ("GET http:///a HTTP/1.1|Host: a||", .targetMalformed),
        ("GET http://u@a/ HTTP/1.1|Host: a||", .targetMalformed),
        ("GET /a#b HTTP/1.1|Host: a||", .targetMalformed),
        ("GET /%zz HTTP/1.1|Host: a||", .targetMalformed),
        ("GET /%4 HTTP/1.1|Host: a||", .targetMalformed),
        ("GET /\u{E9} HTTP/1.1|Host: a||", .targetMalformed),
        ("GET /a\u{1}b HTTP/1.1|Host: a||", .targetMalformed),
        ("GET /\\ HTTP/1.1|Host: a||", .targetMalformed),
        ("POST / HTTP/1.0|Transfer-Encoding: chunked||", .transferEncodingOnHTTP10),
        (
            "POST / HTTP/1.1|Host: a|Content-Length: 3|Transfer-Encoding: chunked||",
            .transferEncodingWithContentLength
        ),
        (
            "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Content-Length: 3||",
            .transferEncodingWithContentLength
        ),
        (
            "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Transfer-Encoding: chunked||",
            .transferEncodingMalformed
        ),
        ("POST / HTTP/1.1|Host: a|Transfer-Encoding: identity||", .transferEncodingMalformed),
        ("POST / HTTP/1.1|Host: a|Transfer-Encoding: xchunked||", .transferEncodingMalformed),
        ("POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked, gzip||", .transferEncodingMalformed),
        ("POST / HTTP/1.1|Host: a|Transfer-Encoding:||", .transferEncodingMalformed),
        ("POST / HTTP/1.1|Host: a|Transfer-Encoding: \u{B}chunked||", .headerValueMalformed),
        (
            "POST / HTTP/1.1|Host: a|Transfer-Encoding: gzip, chunked||",
            .transferEncodingUnsupported
        ),
        ("POST / HTTP/1.1|Host: a|Content-Length: 3|Content-Length: 3||", .contentLengthRepeated),
        ("POST / HTTP/1.1|Host: a|Content-Length: 3, 3||", .contentLengthMalformed),
        ("POST / HTTP/1.1|Host: a|Content-Length: +3||", .contentLengthMalformed),
        ("POST / HTTP/1.1|Host: a|Content-Length: -1||", .contentLengthMalformed),
        ("POST / HTTP/1.1|Host: a|Content-Length: 0x3||", .contentLengthMalformed),
        ("POST / HTTP/1.1|Host: a|Content-Length: 3 3||", .contentLengthMalformed),
        ("POST / HTTP/1.1|Host: a|Content-Length:||", .contentLengthMalformed),
        ("POST / HTTP/1.1|Host: a|Content-Length: \u{663}||", .contentLengthMalformed),
        ("POST / HTTP/1.1|Host: a|Content-Length: 4194305||", .bodyTooLong),
        ("POST / HTTP/1.1|Host: a|Content-Length: 99999999999999999999999||", .bodyTooLong),
        ("POST / HTTP/1.1|Host: a|Expect: 200-ok|Content-Length: 3||", .expectationUnknown),
        (
            "POST / HTTP/1.1|Host: a|Expect: 100-continue|Expect: x|Content-Length: 3||",
            .expectationUnknown
        ),
    ]

    @Test("a head that could be misread is refused, by its first byte or its last")
    func refusals() {
        for (text, violation) in Self.refusals {
            let bytes = text.replacing("|", with: "\r\n")
            for step in [Int.max, 1] {
                let parsed = Parsed(bytes, step: step)
                #expect(parsed.violation == violation, "\(text)")
                #expect(parsed.heads.isEmpty, "\(text)")
            }
        }
    }

    /// A chunked body that must be refused, and why.
    static let chunks: [(String, RequestViolation)] = [
        ("|", .chunkSizeMalformed),
        ("x|", .chunkSizeMalformed),
        (" 3|abc|0||", .chunkSizeMalformed),
        ("3 |abc|0||", .chunkSizeMalformed),
        ("0x3|abc|0||", .chunkSizeMalformed),
        ("-3|", .chunkSizeMalformed),
        ("3 ;a|abc|0||", .chunkSizeMalformed),
        ("3;\u{1}|abc|0||", .chunkSizeMalformed),
        ("3;a\r b|abc|0||", .chunkSizeMalformed),
        ("3\nabc|0||", .lineEndMalformed),
        ("3|abcd|0||", .chunkUnterminated),
        ("3|abc\n0||", .chunkUnterminated),
        ("3|abc\r0||", .chunkUnterminated),
        ("0000000000000003|abc|0||", .chunkSizeMalformed),
        ("FFFFFFFFFFFFFFFF|", .chunkSizeMalformed),
        ("FFFFFFFFFFFFFFF|", .bodyTooLong),
        ("400001|", .bodyTooLong),
        ("0|X : 1||", .headerNameMalformed),
        ("0| X: 1||", .headerFolded),
        ("0|X: 1\n||", .lineEndMalformed),
        ("0|X: \u{0}||", .headerValueMalformed),
    ]

    @Test("a malformed chunk is refused") func chunkRefusals() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        for (text, violation) in Self.chunks {
            let bytes = head + text.replacing("|", with: "\r\n")
            for step in [Int.max, 1] {
                let parsed = Parsed(bytes, step: step)
                #expect(parsed.violation == violation, "\(text)")
                #expect(parsed.bodies.isEmpty, "\(text)")
            }
        }
    }

    @Test("every length of a request has a limit") func limits() {
        var limits = MessageLimits()
        limits.targetBytesMax = 20
        limits.headerBytesMax = 200
        limits.headerCountMax = 3
        limits.bodyBytesMax = 10
        limits.chunkExtensionBytesMax = 8
        limits.chunkExtensionsBytesMax = 12
        limits.trailerBytesMax = 16
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let table: [(String, RequestViolation?)] = [
            ("GET /" + String(repeating: "a", count: 19) + " HTTP/1.1\r\nHost: a\r\n\r\n", nil),
            (
                "GET /" + String(repeating: "a", count: 20) + " HTTP/1.1\r\nHost: a\r\n\r\n",
                .targetTooLong
            ),
            (String(repeating: "a", count: 500), .targetTooLong),
            (
                "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 500),
                .headersTooLarge
            ),
            ("GET / HTTP/1.1\r\nHost: a\r\na:1\r\nb:2\r\n\r\n", nil),
            ("GET / HTTP/1.1\r\nHost: a\r\na:1\r\nb:2\r\nc:3\r\n\r\n", .headersTooMany),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789", nil),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", .bodyTooLong),
            (head + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", nil),
            (head + "5\r\n01234\r\n6\r\n", .bodyTooLong),
            (head + "1;234567\r\n0\r\n0\r\n\r\n", nil),
            (head + "1;23456789\r\n0\r\n0\r\n\r\n", .chunkExtensionTooLong),
            (head + "1;" + String(repeating: "a", count: 100), .chunkExtensionTooLong),
            (head + "1;23456\r\n0\r\n1;23456\r\n0\r\n1;2\r\n", .chunkExtensionTooLong),
            (head + "0\r\nabc: defgh\r\n\r\n", nil),
            (head + "0\r\nabc: defghi\r\nd:1\r\n\r\n", .trailersTooLarge),
        ]
        for (text, violation) in table {
            for step in [Int.max, 1] {
                #expect(Parsed(text, step: step, limits: limits).violation == violation, "\(text)")
            }
        }
    }

    @Test("what a refused head said is there for the log") func attempt() {
        var parser = HTTP1Parser(limits: MessageLimits())
        let bytes = Array("GET /p HTTP/1.1\r\nX-Request-Id: me\r\n\r\n".utf8)
        #expect(throws: RequestViolation.hostMissing) { _ = try parser.next(bytes.span) }
        #expect(parser.attempt?.method == "GET")
        #expect(parser.attempt?.target == "/p")
        #expect(parser.attempt?.headers["x-request-id"] == "me")
    }

    /// For any bytes and any cuts the parser ends in a request or a violation.
    @Test("random bytes never crash, and cuts change nothing", arguments: 0..<300)
    func fuzz(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var bytes = Array(three.utf8)
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert([0x0D, 0x0A, 0x20, 0x3A][Int(seed % 4)], at: index)
            default: bytes.insert(contentsOf: bytes[index...].prefix(20), at: index)
            }
        }
        let step = Int.random(in: 1...40, using: &random)
        let whole = Parsed(bytes)
        let cut = Parsed(bytes, step: step)
        #expect(cut.heads == whole.heads)
        #expect(cut.bodies == whole.bodies)
        #expect(cut.violation == whole.violation)
    }
}
