/// Reads the width or precision of a format: the digits from `index` on, which moves past them; 0 if
/// there are none.
func formatNumber(
    _ scalars: [Unicode.Scalar], _ index: inout Int
) throws(ChatTemplateError) -> Int {
    var value = 0
    while index < scalars.count, scalars[index].isASCIIDigit {
        value = value * 10 + Int(scalars[index].value - 0x30)
        guard value < 1 << 24 else { throw .fault("a width or precision that is too large") }
        index += 1
    }
    return value
}
