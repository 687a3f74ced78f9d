/// The I/O thread of an exchange. Events for many exchanges on one thread are grouped by
/// `identity`, so that a step costs one `execute` a thread.
package protocol LoopPort: AnyObject, Sendable {
    /// Runs `work` on the I/O thread soon, after what was handed over before. Any thread.
    func execute(_ work: @escaping @Sendable () -> Void)
    /// Equal for ports of the same I/O thread.
    var identity: ObjectIdentifier { get }
}
