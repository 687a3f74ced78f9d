import CLinux

/// How long the kernel lets a thread run before other threads of equal priority get their turn.
package enum TimeSlice {
    /// Gives the calling thread twice the usual time slice. Its share of the core stays the same,
    /// but a thread with the usual slice runs at once when it wakes, and does not wait for the end
    /// of this thread's slice.
    ///
    /// Without it, on a machine whose cores all compute, a token waits up to a slice for the event
    /// loop to run, and up to another slice for its reader. Needs Linux 6.12 or later (EEVDF's
    /// custom slices). Older kernels ignore it and a sandbox may refuse it, which costs only speed.
    package static func lengthenForCurrentThread() {
        _ = sw_double_slice()
    }
}
