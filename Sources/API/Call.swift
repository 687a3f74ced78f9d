package import HTTP
package import JSON

/// One request on its way through a handler. Used on its I/O thread only.
package struct Call {
    package let request: HTTPRequest
    package let exchange: any Exchange
    /// What stood in the place of `{name}` in the endpoint's path, percent-decoded.
    package let parameter: String
    /// The client, as far as its key tells; all clients without a key are one.
    package let fairnessKey: UInt64

    package init(
        request: HTTPRequest, exchange: any Exchange, parameter: String = "",
        fairnessKey: UInt64 = 0
    ) {
        self.request = request
        self.exchange = exchange
        self.parameter = parameter
        self.fairnessKey = fairnessKey
    }

    package func answer(_ json: JSONValue, status: Int = 200) {
        exchange.respond(.json(status, JSONWriter.bytes(json)))
    }

    package func fail(_ error: APIError) {
        exchange.respond(error.response(requestID: request.requestID))
    }
}
