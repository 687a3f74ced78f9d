/// How weights are held.
package struct WeightScheme: Sendable, Equatable {
    package enum Precision: String, Sendable, CaseIterable {
        case f32, int8
    }

    package enum Scales: String, Sendable, CaseIterable {
        /// One scale for each output row.
        case row
        /// One scale for each output row and group of 128 inputs.
        case group
    }

    package enum Head: String, Sendable, CaseIterable {
        /// Embeddings and head as they are in the checkpoint.
        case float
        /// Embeddings and head rounded to bf16.
        case bf16
        /// The head in INT8, with its inputs rotated so that no outlier dominates a group;
        /// embeddings in bf16. A head that is too narrow to rotate is bf16.
        case int8
    }

    package var precision: Precision
    package var scales: Scales
    package var head: Head
    /// SmoothQuant's alpha: how much of the inputs' outliers is moved into the weights before these
    /// are quantized; 0 is none.
    package var smoothing: Float

    package init(
        precision: Precision, scales: Scales = .group, head: Head = .int8, smoothing: Float = 0
    ) {
        self.precision = precision
        self.scales = scales
        self.head = head
        self.smoothing = smoothing
    }

    /// Whether projections that are prepared from floats are rotated in blocks of inputs, and so are
    /// their inputs before they are quantized. What spreads outliers over a block goes together: with
    /// smoothing, and with scales that are finer than a row.
    package var rotatesProjections: Bool {
        precision == .int8 && scales == .group && smoothing > 0
    }

    /// The float32 reference: weights exactly as stored.
    package static let reference = WeightScheme(precision: .f32, scales: .row, head: .float)
}
