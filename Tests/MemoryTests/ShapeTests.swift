import Testing

@testable import Memory

@Suite struct ShapeTests {
    @Test func rowsAndColumnsMultiplyToTheElementCount() {
        #expect(Shape([]).elementCount == 1)
        #expect(Shape([7]).rows == 1)
        #expect(Shape([2, 3, 4]).rows == 6)
        #expect(Shape([2, 3, 4]).columns == 4)
        #expect(Shape([2, 0, 4]).elementCount == 0)
        #expect(Shape([2, 3]).description == "[2, 3]")
        #expect(Array(Shape([2, 3])) == [2, 3])
    }

    @Test(
        "impossible dimensions throw",
        arguments: [
            [-1], [Int.min, 1], [Int.max], [Int.max, 2], [1 << 31, 1 << 31], [0, Int.max, Int.max],
            [Int.max, Int.max, 0],
        ])
    func impossibleDimensions(dimensions: [Int]) {
        #expect(throws: MemoryError.self) { try Shape(validating: dimensions) }
    }

    @Test func everyDTypeIsFoundByItsName() {
        for dtype in DType.allCases {
            #expect(DType(safetensorsName: dtype.safetensorsName) == dtype)
        }
        #expect(DType(safetensorsName: "F4") == nil)
    }

    @Test func hostTensorsKeepTheirNumbers() throws {
        let floats = HostTensor(floats: [1, -2.5, .infinity], shape: [3])
        #expect(floats.floats() == [1, -2.5, .infinity])
        #expect(
            HostTensor(int32: [-1, 258], shape: [2, 1]).bytes == [255, 255, 255, 255, 2, 1, 0, 0])
        #expect(HostTensor(int8: [-128, 127], shape: [2]).bytes == [128, 127])
        #expect(throws: MemoryError.self) {
            try HostTensor(dtype: .f16, shape: [2], bytes: [1, 2, 3])
        }
    }
}
