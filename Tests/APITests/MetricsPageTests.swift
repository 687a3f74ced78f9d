import Metrics
import Testing

@testable import API

@Suite("Metrics page") struct MetricsPageTests {
    @Test("it is made anew after a tenth of a second, not for everyone who asks") func age() {
        let registry = Registry()
        let counter = Counter("asked_total", help: "Asked.")
        registry.register(counter)
        let page = MetricsPage(registry)
        let start = ContinuousClock.now
        let first = page.text(start)
        counter.add()
        #expect(page.text(start + .milliseconds(99)) == first)
        #expect(page.text(start + .milliseconds(100)) != first)
    }
}
