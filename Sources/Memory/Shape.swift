/// The dimensions of a tensor, row-major, outermost first; `[]` is a scalar.
///
/// The product of any of its dimensions, times 16, fits an `Int`. So counts of elements and bytes
/// computed from a shape never overflow.
package struct Shape: Sendable, Hashable {
    /// Each at least 0.
    package let dimensions: [Int]

    /// The product of all dimensions; 1 for a scalar.
    package let elementCount: Int

    /// A shape that the program itself chose. A negative dimension, or one that is too large, is a
    /// mistake and traps. For numbers from outside use `init(validating:)`.
    package init(_ dimensions: [Int]) {
        let count = Shape.elementCount(of: dimensions)
        precondition(count != nil, "\(dimensions) is not a shape")
        self.dimensions = dimensions
        elementCount = count ?? 0
    }

    /// A shape read from a file. Throws if a dimension is negative or the product too large.
    package init(validating dimensions: [Int]) throws(MemoryError) {
        guard let count = Shape.elementCount(of: dimensions) else {
            throw MemoryError("shape \(dimensions) has a negative dimension or too many elements")
        }
        self.dimensions = dimensions
        elementCount = count
    }

    /// The length of the last dimension, which is contiguous; 1 for a scalar.
    package var columns: Int { dimensions.last ?? 1 }

    /// The product of all dimensions but the last; 1 for a scalar or a vector.
    package var rows: Int { dimensions.dropLast().reduce(1, *) }

    /// The number of elements, or nil if the shape breaks the type's invariant.
    private static func elementCount(of dimensions: [Int]) -> Int? {
        var bound = 1  // zeros count as ones, so that every partial product is below it
        var empty = false
        for dimension in dimensions {
            guard dimension >= 0 else { return nil }
            empty = empty || dimension == 0
            let (product, overflow) = bound.multipliedReportingOverflow(by: Swift.max(dimension, 1))
            guard !overflow, product <= Int.max / 16 else { return nil }
            bound = product
        }
        return empty ? 0 : bound
    }
}

extension Shape: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { dimensions.count }
    package subscript(position: Int) -> Int { dimensions[position] }
}

extension Shape: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: Int...) { self.init(elements) }
}

extension Shape: CustomStringConvertible {
    package var description: String { "\(dimensions)" }
}
