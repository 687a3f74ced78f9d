import APITestSupport
import Generation
import ServiceContract
import Testing

/// The front ends' tests use a service that follows the contract.
@Suite struct ScriptedServiceTests {
    @Test("the scripted service keeps the contract", arguments: ServiceContract.Rule.allCases)
    func contract(rule: ServiceContract.Rule) throws {
        let service = ScriptedService { request, choice in
            ScriptedService.Choice((0..<5000).map { Int32(64 + ($0 * 7 + choice) % 50) })
        }
        let subject = ServiceContract.Subject(
            service, work: { _ in service.step() },
            drain: {
                service.set(figures: ServiceFigures(isReady: true, isDraining: true))
            }, stop: { service.stop() })
        #expect(try ServiceContract.violations(of: rule, by: subject) == [])
    }
}
