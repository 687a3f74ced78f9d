import Serving
import Testing

@Suite("Loopback") struct LoopbackTests {
    @Test(
        "addresses of this machine alone need no key",
        arguments: ["localhost", "127.0.0.1", "127.200.3.4", "::1", "[::1]", "::ffff:127.0.0.1"])
    func own(host: String) { #expect(ServerConfiguration.isLoopback(host)) }

    @Test(
        "whatever else may be reached from elsewhere, also names that begin like an address",
        arguments: [
            "127.example.org", "127.0.0.1.example.org", "0.0.0.0", "::", "10.127.0.1", "",
            "::ffff:10.0.0.1", "::127.0.0.1", "localhost.example.org", "[::1", "1.2.3.127",
        ])
    func others(host: String) { #expect(!ServerConfiguration.isLoopback(host)) }
}
