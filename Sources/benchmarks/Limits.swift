import ArgumentParser
import Devices
import JSON
import Threads

/// Prints the limits alone.
struct Limits: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures read bandwidth and the peaks of INT8 and float32 products.",
        discussion: """
            A JSON line for each kind of memory that weights can lie in.

            EXAMPLE
              benchmarks limits --threads 2
            """)

    @Option(help: "Threads.") var threads = Affinity.allowedCores.count
    @Option(help: "The row of the kernel table whose instructions count; default: the best.")
    var cpuIsa: String?

    func run() throws {
        let isa = try KernelName.check(cpuIsa)
        for weights in MachineLimits.Weights.allCases {
            let limits = try MachineLimits.measure(
                threads: threads, isa: isa, weights: weights)
            print(
                JSONWriter.string(
                    .object([
                        "cpu": .string(MachineName.cpu), "threads": .integer(Int64(threads)),
                        "isa": .string(isa), "memory": .string(weights.rawValue),
                        "read_gigabytes_per_second": .double(
                            (limits.bandwidth / 1e7).rounded() / 100),
                        "int8_gops": .double((limits.int8 / 1e9).rounded()),
                        "float_gflops": .double((limits.float / 1e9).rounded()),
                    ])))
        }
    }
}

/// The row of the kernel table that a benchmark runs.
enum KernelName {
    /// The name, or that of the best row; throws for a row that this CPU cannot run.
    static func check(_ name: String?) throws -> String {
        let names = Devices.instructionSets
        guard let name else { return names.last ?? "scalar" }
        guard names.contains(name) else {
            throw ValidationError(
                "--cpu-isa \(name): this CPU has \(names.joined(separator: ", "))")
        }
        return name
    }
}
