import ArgumentParser

/// Measures this program and compares it with the machine's limits.
@main
struct Benchmarks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmarks",
        abstract: "Measures speed and the share of the machine's limits that it reaches.",
        discussion: """
            Run on an otherwise idle machine. Limits are measured in the same run.

            EXAMPLES
              benchmarks limits --threads 2
              benchmarks kernels
              benchmarks layer --hidden 2048 --inner 1024 --experts 64 --top-k 8 --tokens 1,32,512
              benchmarks model --model M --prefill 512,2048 --decode 128 --sequences 1,8,32 --json
              benchmarks random-pack --shape models/deepseek-v2-lite --output random.switchyard
            """,
        subcommands: [
            Limits.self, KernelSpeed.self, LayerSpeed.self, ModelSpeed.self, RandomPack.self,
        ])
}
