// The constants of exp, shared by all rows.
#ifndef SWITCHYARD_COMMON_EXP_CONSTANTS_H
#define SWITCHYARD_COMMON_EXP_CONSTANTS_H

/// The smallest x whose exp is a normal float, and the largest whose exp is finite.
#define SW_EXP_MIN (-0x1.5d589ep+6f)
#define SW_EXP_MAX (0x1.62e42ep+6f)
#define SW_EXP_LOG2E (0x1.715476p+0f)
/// 1.5 * 2^23. Floats of this size are 1 apart, so adding it rounds to an integer.
#define SW_EXP_MAGIC (0x1.8p+23f)
/// ln 2 as a sum of two floats.
#define SW_EXP_LN2_HIGH (0x1.62e43p-1f)
#define SW_EXP_LN2_LOW (-0x1.05c61p-29f)
/// exp(r) = 1 + r + r²(1/2 + C3 r + … + C6 r⁴), interpolated at the Chebyshev nodes of |r| ≤ ln 2 /
/// 2. The approximation's error is below 3e-9.
#define SW_EXP_C3 (0x1.5554dcp-3f)
#define SW_EXP_C4 (0x1.55551ap-5f)
#define SW_EXP_C5 (0x1.120ba2p-7f)
#define SW_EXP_C6 (0x1.6d113cp-10f)

#endif
