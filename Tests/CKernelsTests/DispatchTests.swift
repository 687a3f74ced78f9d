import CKernels
import Testing

@Suite("Dispatch table") struct DispatchTests {
    /// The name of the row that `sw_kernels_select` returns.
    private func selected(_ name: String?) -> String? {
        let row =
            if let name {
                unsafe name.withCString { unsafe sw_kernels_select($0) }
            } else {
                unsafe sw_kernels_select(nil)
            }
        guard let row = unsafe row else { return nil }
        return unsafe KernelRow(row).name
    }

    @Test("the scalar row is first, and always supported")
    func scalarIsFirst() {
        #expect(kernelRows().first?.name == "scalar")
    }

    @Test("the default is the last row that this CPU supports")
    func defaultIsLast() {
        #expect(selected(nil) == kernelRows().last?.name)
    }

    @Test("a supported row is found by its name, an unknown name is not")
    func namesAreFound() {
        for row in kernelRows() { #expect(selected(row.name) == row.name) }
        #expect(selected("avx1024") == nil)
        #expect(selected("") == nil)
    }
}
