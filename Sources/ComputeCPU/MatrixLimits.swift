import CKernels
import Checkpoints
import Compute

/// What the kernels and a worker's scratch memory hold of a matrix. Stores check it while a model is
/// loaded, so that a step never meets more.
enum MatrixLimits {
    /// Inputs of a row.
    static let inputsMax = Int(SW_GROUPS_MAX) * Int(SW_GROUP)
    /// Experts that a router chooses among: their scores, what they are chosen by and as many groups
    /// lie in a worker's scratch.
    static let routedExpertsMax = CPUBackend.scratchBytes / 32

    /// Throws where a request is for more, naming the first tensor that it is made of.
    static func check(_ request: MatrixRequest, in location: String) throws(CheckpointError) {
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
