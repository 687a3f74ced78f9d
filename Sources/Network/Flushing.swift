/// Collects what is written in a turn of the loop, and is flushed at its end; see
/// `LoopContext.flushLater`.
package protocol Flushing: AnyObject {
    /// Sends what was written in this turn of the loop. On the loop's thread.
    func flush()
}
