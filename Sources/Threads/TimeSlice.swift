import CLinux

/// How long the kernel lets a thread run before others of equal claim get their turn.
package enum TimeSlice {
    /// Gives the calling thread twice the common slice: its share of the core stays the same, but a
    /// thread that wakes with the common slice runs at once instead of at the slice's end.
    ///
    /// Without it, on a machine whose cores all compute, a token waits for the event loop's turn
    /// and then for its reader's, up to a slice each. Linux 6.12 and later (EEVDF's custom slices);
    /// older kernels ignore it, and a sandbox may refuse it: advice about speed.
    package static func lengthenForCurrentThread() {
        _ = sw_double_slice()
    }
}
