// Shared by the scalar rows and the plain C functions: the 16-lane sum, exp and the conversions.
#ifndef SWITCHYARD_COMMON_SCALAR_H
#define SWITCHYARD_COMMON_SCALAR_H

#include <stdint.h>
#include <string.h>

#include "exp_constants.h"

static inline float sw_float_of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t sw_bits_of_float(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/// exp, by x = n ln 2 + r with |r| ≤ ln 2 / 2. Every vector row does the same operations in this
/// order.
static inline float sw_exp_scalar(float x) {
    if (x != x) return x + x;
    if (x < SW_EXP_MIN) return 0.0f;
    if (x > SW_EXP_MAX) return __builtin_inff();
    float t = __builtin_fmaf(x, SW_EXP_LOG2E, SW_EXP_MAGIC);
    float n = t - SW_EXP_MAGIC;
    float r = __builtin_fmaf(n, -SW_EXP_LN2_HIGH, x);
    r = __builtin_fmaf(n, -SW_EXP_LN2_LOW, r);
    float p = SW_EXP_C6;
    p = __builtin_fmaf(p, r, SW_EXP_C5);
    p = __builtin_fmaf(p, r, SW_EXP_C4);
    p = __builtin_fmaf(p, r, SW_EXP_C3);
    p = __builtin_fmaf(p, r, 0.5f);
    p = __builtin_fmaf(p, r, 1.0f);
    p = __builtin_fmaf(p, r, 1.0f);
    // The low bits of t are n. Adding them to the exponent multiplies by 2^n.
    return sw_float_of_bits(sw_bits_of_float(p) + (sw_bits_of_float(t) << 23));
}

/// Adds 16 lanes pairwise: i with i + 8, then i + 4, i + 2, i + 1.
static inline float sw_lanes_sum(const float lanes[16]) {
    float sums[8];
    for (int i = 0; i < 8; i++) sums[i] = lanes[i] + lanes[i + 8];
    for (int i = 0; i < 4; i++) sums[i] = sums[i] + sums[i + 4];
    for (int i = 0; i < 2; i++) sums[i] = sums[i] + sums[i + 2];
    return sums[0] + sums[1];
}

static inline float sw_float_of_bf16(uint16_t x) { return sw_float_of_bits((uint32_t)x << 16); }

/// Rounds half to even; a NaN stays one.
static inline uint16_t sw_bf16_of_float(float x) {
    uint32_t bits = sw_bits_of_float(x);
    if (x != x) return (uint16_t)((bits >> 16) | 0x40);
    return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

static inline float sw_float_of_f16(uint16_t x) {
    uint32_t sign = (uint32_t)(x & 0x8000) << 16;
    uint32_t exponent = (x >> 10) & 0x1f;
    uint32_t fraction = x & 0x3ff;
    if (exponent == 31) {
        uint32_t quiet = fraction ? 0x400000 : 0;
        return sw_float_of_bits(sign | 0x7f800000 | quiet | fraction << 13);
    }
    if (exponent == 0) {
        float magnitude = (float)fraction * 0x1p-24f;
        return sw_float_of_bits(sign | sw_bits_of_float(magnitude));
    }
    return sw_float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
}

/// Rounds half to even; 65,520 and more become infinity (65,504 is the largest finite value). A NaN
/// stays one.
static inline uint16_t sw_f16_of_float(float x) {
    uint32_t bits = sw_bits_of_float(x);
    uint32_t sign = (bits >> 16) & 0x8000;
    uint32_t magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) return (uint16_t)(sign | 0x7e00 | ((magnitude >> 13) & 0x3ff));
    if (magnitude >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
    if (magnitude < 0x38800000) {
        // Adding 0.5 rounds half to even and leaves the subnormal's bits in the low bits of the
        // sum.
        float rounded = sw_float_of_bits(magnitude) + 0.5f;
        return (uint16_t)(sign | (sw_bits_of_float(rounded) - 0x3f000000));
    }
    uint32_t rounded = magnitude + 0xfff + ((magnitude >> 13) & 1);
    return (uint16_t)(sign | ((rounded - 0x38000000) >> 13));
}

#endif
