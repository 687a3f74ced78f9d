package import Compute

extension CPUBackend {
    package func stepWork(experts: Int, expertsPerToken: Int, vocabulary: Int) -> StepWork {
        var work = StepWork()
        work.expertShare = experts > 0 ? Double(expertsPerToken) / Double(experts) : 1
        for matrix in matrices {
            let products = matrix.outputs * matrix.inputs
            switch matrix {
            case .int8(let packed) where packed.experts > 1:
                work.experts.add(bytes: packed.bytes, products: products * packed.experts)
            case .int8(let packed) where packed.outputs == vocabulary:
                (work.head, work.headIsInteger) = (StepWork.Part(), true)
                work.head.add(bytes: packed.bytes, products: products)
            case .int8(let packed): work.dense.add(bytes: packed.bytes, products: products)
            case .float(let rows) where rows.outputs == vocabulary:
                // The last one is the head. A table before it is not tied: its rows are only looked
                // up.
                (work.head, work.headIsInteger) = (StepWork.Part(), false)
                work.head.add(bytes: rows.bytes, products: products)
            case .float(let rows):
                work.float.add(bytes: rows.bytes, products: products * rows.runs.count)
            }
        }
        return work
    }
}
