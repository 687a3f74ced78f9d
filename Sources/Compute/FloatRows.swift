/// Float weights, row-major, in runs. The rows of a run lie together in memory, or are decoded when
/// they are used.
@safe package struct FloatRows {
    @safe package enum Source {
        case f32(UnsafePointer<Float>)
        case bf16(UnsafePointer<UInt16>)
        /// Writes the given rows of this run as float32, for sources that are kept in their stored
        /// form.
        case decoded((Range<Int>, UnsafeMutableBufferPointer<Float>) -> Void)
    }

    @safe package struct Run {
        package let rows: Int
        package let source: Source

        package init(rows: Int, source: Source) {
            self.rows = rows
            self.source = source
        }
    }

    package let outputs: Int
    package let inputs: Int
    /// The runs of each expert, in order. An expert's runs have `outputs` rows together.
    package let runs: [[Run]]

    package init(outputs: Int, inputs: Int, runs: [[Run]]) {
        self.outputs = outputs
        self.inputs = inputs
        self.runs = runs
    }

    package var bytes: Int {
        runs.joined().reduce(0) { sum, run in
            switch run.source {
            case .f32: sum + run.rows * inputs * 4
            case .bf16: sum + run.rows * inputs * 2
            case .decoded: sum
            }
        }
    }
}
