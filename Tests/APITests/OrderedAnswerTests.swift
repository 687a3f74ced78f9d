import APITestSupport
import Generation
import HTTP
import Testing

@testable import API

@Suite("Ordered answers") struct OrderedAnswerTests {
    @Test("what comes after a long message waits for it, and all come in order") func order() throws
    {
        let bench = try Bench { _, _, _ in ScriptedService.Choice([]) }
        let exchange = MemoryExchange(port: bench.port)
        let call = Call(request: .test("POST", "/"), exchange: exchange)
        exchange.start(status: 200, headers: [:])
        let answer = OrderedAnswer(call, bench.context.prompting)
        let letGo = bench.occupyWriter()
        answer.write(Array("a".utf8))
        answer.write(bytes: 1 << 20) { Array("b".utf8) }
        answer.write(Array("c".utf8))
        answer.write(bytes: 1 << 20) { Array("d".utf8) }
        answer.write(bytes: 0) { Array("e".utf8) }
        answer.finish()
        #expect(exchange.body == Array("a".utf8))
        #expect(exchange.isOpen)
        letGo()
        while exchange.isOpen { bench.port.runNext() }
        #expect(exchange.body == Array("abcde".utf8))
    }
}
