import HTTP
import JSON
import Metrics
import NIOCore
import NIOPosix
import Network
import Testing

@testable import loadtest

/// Streams as many pieces as the request asks for; some paths refuse or break off.
private struct Pieces: RequestHandler {
    func admit(_ head: RequestHead) -> Admission {
        .whole(BodyPolicy(bytesMax: .max) { handle($0, $1) })
    }

    private func handle(_ request: HTTPRequest, _ exchange: any Exchange) {
        if request.path.hasPrefix("/busy") {
            exchange.respond(.text(429, "busy"))
            return
        }
        if request.path.hasPrefix("/broken") {
            exchange.respond(.text(500, "broken"))
            return
        }
        if request.path.hasPrefix("/silent") { return }
        let fields = try? JSONParser.parse(request.body)
        let count = fields?["max_tokens"]?.integerValue ?? 0
        exchange.start(status: 200, headers: ["content-type": "text/event-stream"])
        for _ in 0..<count {
            exchange.write(
                ServerSent.event(#"{"choices":[{"index":0,"delta":{"content":"x"}}]}"#))
        }
        let usage = #"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":\#(count)}}"#
        exchange.write(ServerSent.event(usage) + ServerSent.event("[DONE]"))
        exchange.finish(trailers: nil)
    }
}

private enum ServerSent {
    static func event(_ data: String) -> [UInt8] { Array("data: \(data)\n\n".utf8) }
}

/// The driver and both transports against a server on the loopback.
@Suite struct DriverTests {
    private func drive(
        http2: Bool, prefix: String = "", _ change: (inout Driver.Plan) -> Void
    ) throws -> Driver.Result {
        var network = NetworkConfiguration()
        network.http2 = HTTP2Handler.factory()
        let listener = try Listener(
            host: "127.0.0.1", port: 0, configuration: network,
            metrics: NetworkMetrics(registry: Registry()), handler: Pieces())
        defer { listener.stop() }
        let url = "http://127.0.0.1:\(listener.address.port)\(prefix)"
        let address = try #require(ServerAddress(argument: url))
        let workload = Workload(
            endpoint: .chat, model: "m", promptTokens: LengthDistribution(fixed: 4),
            outputTokens: LengthDistribution(fixed: 6), sharedPrefix: 0, vocabulary: nil,
            stream: true, ignoreEOS: true, temperature: 0, extra: [:], seed: 1, cancelFraction: 0)
        var plan = Driver.Plan(
            address: address, workload: workload, pace: .closed(concurrency: 4), requests: 40,
            duration: nil, timeout: .seconds(30), headers: [:])
        change(&plan)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        let loop = group.next()
        let done = loop.makePromise(of: Driver.Result.self)
        loop.execute { [plan] in
            let transport: any Transport =
                http2
                ? HTTP2Client(loop: loop, address: address)
                : HTTP1Client(loop: loop, address: address)
            Driver(plan, transport: transport, loop: loop, done: done, progress: { _ in }).start()
        }
        return try done.futureResult.wait()
    }

    @Test(
        "a closed loop completes its requests with the tokens asked for", arguments: [false, true])
    func closed(http2: Bool) throws {
        let result = try drive(http2: http2) { _ in }
        #expect(result.outcomes.count == 40)
        #expect(result.outcomes.allSatisfy { $0.ending == .completed })
        #expect(result.outcomes.allSatisfy { $0.chunkTimes.count == 6 && $0.outputTokens == 6 })
        #expect(result.outcomes.allSatisfy { $0.promptTokens == 7 })
        #expect(result.inflightPeak == 4)
    }

    @Test("an open loop starts what its clock says", arguments: [false, true])
    func open(http2: Bool) throws {
        let result = try drive(http2: http2) { plan in
            plan.pace = .open(rate: 2000, inflightMax: 1000)
            plan.requests = 100
        }
        #expect(result.outcomes.count + result.dropped == 100)
        #expect(!result.outcomes.isEmpty)
        #expect(result.outcomes.allSatisfy { $0.ending == .completed })
    }

    @Test("more than one connection's streams are under way at once") func manyStreams() throws {
        let result = try drive(http2: true) { plan in
            plan.pace = .closed(concurrency: 300)
            plan.requests = 600
        }
        #expect(result.outcomes.count == 600)
        #expect(result.outcomes.allSatisfy { $0.ending == .completed })
        #expect(result.inflightPeak == 300)
    }

    @Test(
        "refusals, failures, silence and abandoned requests are told apart",
        arguments: [false, true])
    func endings(http2: Bool) throws {
        let busy = try drive(http2: http2, prefix: "/busy") { $0.requests = 8 }
        #expect(busy.outcomes.count == 8)
        #expect(busy.outcomes.allSatisfy { $0.ending == .rejected(status: 429) })
        let broken = try drive(http2: http2, prefix: "/broken") { $0.requests = 8 }
        #expect(broken.outcomes.count == 8)
        #expect(broken.outcomes.allSatisfy { $0.ending == .failed("HTTP 500 broken") })
        let silent = try drive(http2: http2, prefix: "/silent") { plan in
            plan.requests = 4
            plan.timeout = .milliseconds(50)
        }
        #expect(silent.outcomes.count == 4)
        #expect(silent.outcomes.allSatisfy { $0.ending == .failed("timeout") })
        let abandoned = try drive(http2: http2) { $0.workload.cancelFraction = 1 }
        #expect(abandoned.outcomes.count == 40)
        #expect(abandoned.outcomes.allSatisfy { $0.ending == .cancelled })
    }
}
