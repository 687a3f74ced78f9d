/// Where a request's events go.
package protocol GenerationSink: AnyObject, Sendable {
    /// Takes the events that one step made for this sink's requests, in order. Called on the
    /// engine's thread, once a step and sink; must not block.
    func deliver(_ events: [(RequestID, GenerationEvent)])
}
