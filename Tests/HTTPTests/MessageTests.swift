import HTTP
import Testing

@Suite struct MessageTests {
    @Test("headers keep their order and forget their case") func headers() {
        var headers: HTTPHeaders = ["B": "1", "a": "2", "b": "3"]
        #expect(headers.map(\.name) == ["b", "a", "b"])
        #expect(headers.first("B") == "1")
        #expect(headers.all("b") == ["1", "3"])
        headers.set("B", "4")
        #expect(headers.map(\.value) == ["4", "2"])
        headers["C"] = "5"
        headers["a"] = nil
        #expect(headers.map(\.name) == ["b", "c"])
        #expect(headers["missing"] == nil)
        headers = ["list": "a ,, B", "LIST": "\tc"]
        #expect(headers.list("list") == ["a", "B", "c"])
        #expect(headers.list("List", has: "b"))
        #expect(!headers.list("list", has: "d"))
    }

    @Test("dates are IMF-fixdates") func dates() {
        let table: [(Int64, String)] = [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-5, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ]
        for (seconds, text) in table { #expect(HTTPDate.string(unixSeconds: seconds) == text) }
    }

    @Test("a client's id is taken only where it can be repeated anywhere") func requestIDs() {
        var identity = RequestIdentity(seed: 7)
        #expect(identity.take("trace-1/2:3") == "trace-1/2:3")
        let unsafe = [
            "", "a b", "a\r\nb", "a\"b", "a\\b", "caf\u{E9}", String(repeating: "a", count: 129),
        ]
        for text in unsafe { #expect(identity.take(text).hasPrefix("req-"), "\(text)") }
        var seen: Set<String> = []
        for _ in 0..<1000 {
            let id = identity.make()
            #expect(id.utf8.count == 20)
            #expect(seen.insert(id).inserted)
        }
    }

    @Test("no payload ends a server-sent event early") func events() {
        let table: [(String, String)] = [
            ("{}", "data: {}\n\n"), ("", "data: \n\n"), ("a\nb", "data: a\ndata: b\n\n"),
            ("a\r\nb\rc", "data: a\ndata: b\ndata: c\n\n"), ("\n", "data: \ndata: \n\n"),
            ("a\n\ndata: x", "data: a\ndata: \ndata: data: x\n\n"),
        ]
        for (data, text) in table {
            #expect(String(decoding: ServerSentEvents.encode(data), as: UTF8.self) == text)
        }
        let named = ServerSentEvents.encode("x", event: "a\nb", id: "1\r2")
        #expect(String(decoding: named, as: UTF8.self) == "event: a\nid: 1\ndata: x\n\n")
    }
}

@Suite struct HTTP1WriterTests {
    private let stamp = HTTP1Writer.Stamp(date: "D", server: "s", requestID: "r")

    private func head(
        _ status: Int, _ headers: HTTPHeaders, _ framing: HTTP1Writer.Framing,
        _ persistence: HTTP1Writer.Persistence = .unsaid
    ) -> String {
        var bytes: [UInt8] = []
        HTTP1Writer.appendHead(
            status: status, headers: headers, framing: framing, persistence: persistence,
            stamp: stamp, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("a head has its stamp, its fields and its framing") func heads() {
        let start = "date: D\r\nserver: s\r\nx-request-id: r\r\n"
        #expect(
            head(200, ["a": "b"], .length(3))
                == "HTTP/1.1 200 OK\r\n\(start)a: b\r\ncontent-length: 3\r\n\r\n")
        #expect(
            head(418, [:], .chunked, .close)
                == "HTTP/1.1 418 Unknown\r\n\(start)transfer-encoding: chunked\r\n"
                + "connection: close\r\n\r\n")
        #expect(head(204, [:], .none) == "HTTP/1.1 204 No Content\r\n\(start)\r\n")
        #expect(head(7, [:], .none).hasPrefix("HTTP/1.1 500 "))
    }

    @Test("no header can end a line, the head or the message") func injection() {
        let hostile: HTTPHeaders = [
            "a": "1\r\nevil: 1", "b": "1\n\n<html>", "c": "\u{0}\r", "bad name": "x",
            "bad\r\nname": "x", "": "x", "caf\u{E9}": "x", "Content-Length": "9",
            "Transfer-Encoding": "chunked", "connection": "keep-alive", "X-Request-ID": "other",
        ]
        let text = head(200, hostile, .length(0))
        #expect(
            text == "HTTP/1.1 200 OK\r\ndate: D\r\nserver: s\r\nx-request-id: r\r\n"
                + "a: 1  evil: 1\r\nb: 1  <html>\r\nc:   \r\ncontent-length: 0\r\n\r\n")
    }

    @Test("chunks and trailers are framed") func chunks() {
        var bytes: [UInt8] = []
        HTTP1Writer.appendChunkSize(255, to: &bytes)
        HTTP1Writer.appendLastChunk(["t": "1\r\n2", "content-length": "3"], to: &bytes)
        HTTP1Writer.appendLastChunk(nil, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "ff\r\n0\r\nt: 1  2\r\n\r\n0\r\n\r\n")
    }
}
