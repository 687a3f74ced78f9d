/// The I/O thread of an exchange. Events for several exchanges are grouped by `identity`, so that a
/// step makes one call of `execute` for each thread.
package protocol LoopPort: AnyObject, Sendable {
    /// Runs `work` on the I/O thread soon, after all work passed earlier. May be called on any
    /// thread.
    func execute(_ work: @escaping @Sendable () -> Void)
    /// Equal for ports of the same I/O thread.
    var identity: ObjectIdentifier { get }
}
