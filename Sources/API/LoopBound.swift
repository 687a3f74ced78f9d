/// Carries what belongs to one I/O thread through closures that other threads hand on. The value is
/// touched only inside work that the I/O thread itself runs.
///
/// `@unchecked Sendable`: guarded by the I/O thread's `LoopPort`; whoever makes one sees to it that
/// `value` is read in `execute` of that port, or in a handler called by it.
package struct LoopBound<Value>: @unchecked Sendable {
    package let value: Value

    package init(_ value: Value) { self.value = value }
}
