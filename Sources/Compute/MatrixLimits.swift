import CKernels
package import Checkpoints

/// The largest sizes that the kernels and a worker's scratch memory allow. Stores check them while
/// a model is loaded, so a step never meets a larger matrix.
package enum MatrixLimits {
    /// Inputs of a row.
    package static let inputsMax = Int(SW_GROUPS_MAX) * Int(SW_GROUP)
    /// The most experts that a router chooses among. A worker's scratch memory holds their scores,
    /// the values they are chosen by, and as many groups.
    package static let routedExpertsMax = 32_768

    /// Throws if a request exceeds a limit. The error names the first tensor of the matrix.
    package static func check(_ request: MatrixRequest, in location: String)
        throws(CheckpointError)
    {
        func check(_ what: String, _ found: Int, _ limit: Int) throws(CheckpointError) {
            guard found > limit else { return }
            let tensor = request.experts[0].first?.name ?? request.key
            throw CheckpointError(
                .tooLarge(tensor: tensor, what: what, found: found, limit: limit), in: location)
        }
        try check("inputs", request.columns, inputsMax)
        if request.role == .router {
            try check("experts", request.outputs, routedExpertsMax)
        }
    }
}
