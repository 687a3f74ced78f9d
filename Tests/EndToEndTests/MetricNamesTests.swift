import FoundationEssentials
import Network
import Scheduling
import Serving
import Testing

/// What `/metrics` has is what docs/operating.md says that it has.
@Suite(.serialized) struct MetricNamesTests {
    private static let prefixes = ["switchyard_", "vllm:", "process_"]

    /// The page of a server that nobody has asked anything yet.
    private func page() throws -> String {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.limits.contextMax = 1 << 24
        let server = try Server(configuration, version: "1.2.3", log: nil)
        defer { _ = server.drain() }
        try server.serve(try TinyModel.load(TinyModel.fast))
        var client = try TestClient(port: server.address.port)
        return try client.call("GET", "/metrics").text
    }

    @Test("every metric is in docs/operating.md, and every one there exists") func documented()
        throws
    {
        let types = try page().split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
        // The log's own counter is there if there is a log.
        let found = Set(types.map { String($0.split(separator: " ")[2]) })
            .union(["switchyard_log_lines_dropped_total"])
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = root + "/docs/operating.md"
        let document = try String(contentsOfFile: path, encoding: .utf8)
        let words = document.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
        let named = Set(
            words.map(String.init).filter { word in
                Self.prefixes.contains { word.hasPrefix($0) && word.count > $0.count }
            })
        #expect(found.subtracting(named).sorted() == [], "not in docs/operating.md")
        #expect(named.subtracting(found).sorted() == [], "in docs/operating.md only")
    }

    @Test("every counter and histogram has samples before anything happened") func zeros() throws {
        let lines = try page().split(separator: "\n")
        for line in lines where line.hasPrefix("# TYPE ") {
            let words = line.split(separator: " ")
            guard ["counter", "histogram"].contains(words[3]) else { continue }
            let suffix = words[3] == "histogram" ? "_count" : ""
            let name = words[2] + suffix
            #expect(
                lines.contains { $0.hasPrefix(name + " ") || $0.hasPrefix(name + "{") }, "\(name)")
        }
        for sample in [
            #"requests_total{model_name="tiny",outcome="deadline"} 0"#,
            #"http_rejects_total{code="http2_flood"} 0"#,
            #"http_timeouts_total{timer="reader"} 0"#,
            #"objectives_total{model_name="tiny",objective="ttft",met="false"} 0"#,
        ] {
            #expect(lines.contains("switchyard_" + sample), "\(sample)")
        }
    }
}
