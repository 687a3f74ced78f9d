package import Compute
import ComputeCPU

/// The hardware that this program can run a model on: the one place that names backends.
package enum Devices {
    /// Opens the CPU.
    ///
    /// - threads: how many compute, the caller included.
    /// - isa: a row of the kernel table by name; nil takes the best that the CPU has.
    /// - pinned: whether each thread stays on a core of its own.
    /// - rowsMax: the most tokens of one step.
    package static func open(threads: Int, isa: String?, pinned: Bool, rowsMax: Int)
        throws(BackendError) -> any Device
    {
        try CPUBackend(threads: threads, isa: isa, pinned: pinned, rowsMax: rowsMax)
    }

    /// The names of the kernel rows that this CPU supports, slowest first.
    package static var instructionSets: [String] { CPUBackend.supported }

    /// The names of the kernel rows that this CPU cannot run.
    package static var otherInstructionSets: [String] { CPUBackend.unsupported }

    /// The profile that is taken unless another is asked for.
    package static var profile: String { "cpu-\(instructionSets.last ?? "scalar")" }
}
