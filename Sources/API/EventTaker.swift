package import Generation

/// Who waits for the events of requests. Called on its I/O thread.
package protocol EventTaker: AnyObject {
    /// Takes one event of the request with this number; `now` is the same for all events of a step.
    func take(_ event: GenerationEvent, of prompt: Int, _ now: ContinuousClock.Instant)
}
