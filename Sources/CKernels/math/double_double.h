// Sums and products of two doubles without rounding. Only additions and multiplications are used,
// so the bits are the same with and without FMA hardware (T. J. Dekker, Numer. Math. 18, 1971).
#ifndef SWITCHYARD_MATH_DOUBLE_DOUBLE_H
#define SWITCHYARD_MATH_DOUBLE_DOUBLE_H

#include <stdint.h>
#include <string.h>

/// A number as the unevaluated sum of two doubles.
typedef struct {
    double hi, lo;
} sw_pair;

static inline uint64_t sw_bits_of_double(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline double sw_double_of_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/// a + b exactly, for |a| ≥ |b| or a = 0.
static inline sw_pair sw_sum_ordered(double a, double b) {
    double hi = a + b;
    return (sw_pair){hi, b - (hi - a)};
}

/// a + b exactly.
static inline sw_pair sw_sum(double a, double b) {
    double hi = a + b;
    double b_part = hi - a;
    return (sw_pair){hi, (a - (hi - b_part)) + (b - b_part)};
}

/// The upper 26 bits of a, rounded; a is far from overflow.
static inline double sw_upper_half(double a) {
    double c = a * 134217729.0;
    return c - (c - a);
}

/// a * b exactly, while nothing overflows or underflows.
static inline sw_pair sw_product(double a, double b) {
    double hi = a * b;
    double a1 = sw_upper_half(a), b1 = sw_upper_half(b);
    double a2 = a - a1, b2 = b - b1;
    return (sw_pair){hi, ((a1 * b1 - hi) + a1 * b2 + a2 * b1) + a2 * b2};
}

/// a * b to about 104 bits.
static inline sw_pair sw_pair_product(sw_pair a, sw_pair b) {
    sw_pair product = sw_product(a.hi, b.hi);
    return sw_sum_ordered(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi));
}

/// a + b to about 104 bits, for |a| ≥ |b|.
static inline sw_pair sw_pair_sum(sw_pair a, sw_pair b) {
    sw_pair sum = sw_sum(a.hi, b.hi);
    return sw_sum_ordered(sum.hi, sum.lo + (a.lo + b.lo));
}

#endif
