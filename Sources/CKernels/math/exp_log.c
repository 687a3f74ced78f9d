#include "../kernels.h"
#include "double_double.h"

/// ln 2 as its first 32 bits (so n * LN2_TOP is exact for |n| < 2^21) and the rest as a pair.
static const double LN2_TOP = 0x1.62e42feep-1;
static const double LN2_REST = 0x1.a39ef35793c76p-33;
static const double LN2_REST_LOW = 0x1.cc01f97b57a08p-87;

/// x rounded to the nearest integer, for |x| < 2^51.
static double nearest(double x) { return (x + 0x1.8p52) - 0x1.8p52; }

/// 2^n for the exponents of normal doubles.
static double power_of_two(int n) { return sw_double_of_bits((uint64_t)(n + 1023) << 52); }

/// exp(x.hi + x.lo), for |x.lo| below half a unit of x.hi; within 0.51 units of a normal result.
static double exp_of_pair(sw_pair x) {
    if (x.hi > 709.8) return __builtin_inf();
    if (x.hi < -745.2) return 0.0;
    double n = nearest(x.hi * 0x1.71547652b82fep+0);
    sw_pair r = sw_sum(x.hi - n * LN2_TOP, x.lo - n * LN2_REST);
    // exp(r) = 1 + r + r²/2 + … for |r| ≤ 0.35. The first omitted term, r^15 / 15!, is below 2^-62.
    static const double coefficients[] = {
        1.0 / 87178291200.0, 1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0,
        1.0 / 3628800.0,     1.0 / 362880.0,     1.0 / 40320.0,     1.0 / 5040.0,
        1.0 / 720.0,         1.0 / 120.0,        1.0 / 24.0,        1.0 / 6.0};
    double q = 0.0;
    for (int i = 0; i < 12; i++) q = q * r.hi + coefficients[i];
    sw_pair square = sw_product(r.hi, r.hi);
    double tail = square.lo * 0.5 + r.lo + r.hi * r.lo + square.hi * r.hi * q;
    sw_pair sum = sw_sum_ordered(1.0, r.hi);
    sw_pair half = sw_sum_ordered(sum.hi, square.hi * 0.5);
    double low = (sum.lo + half.lo) + tail;
    // Two factors, since 2^n itself may be above or below the range of normal doubles.
    int whole = (int)n, part = whole / 2;
    return (half.hi + low) * power_of_two(part) * power_of_two(whole - part);
}

/// ln(x) for a positive, finite x, to about 2^-66 of the result.
static sw_pair log_of(double x) {
    int k = 0;
    if (x < 0x1p-1022) {
        x = x * 0x1p54;
        k = -54;
    }
    uint64_t bits = sw_bits_of_double(x);
    k += (int)(bits >> 52) - 1023;
    double m = sw_double_of_bits((bits & 0xfffffffffffff) | (uint64_t)1023 << 52);
    if (m > 0x1.6a09e667f3bcdp+0) {
        m = m * 0.5;
        k += 1;
    }
    // ln m = 2 atanh(s) with s = (m - 1) / (m + 1), |s| ≤ 0.1716.
    double f = m - 1.0;
    sw_pair denominator = sw_sum_ordered(2.0, f);
    double s_hi = f / denominator.hi;
    sw_pair back = sw_product(s_hi, denominator.hi);
    double s_lo = (((f - back.hi) - back.lo) - s_hi * denominator.lo) / denominator.hi;
    sw_pair s = sw_sum_ordered(s_hi, s_lo);
    // atanh(s) = s + s³/3 + s⁵ (1/5 + s²/7 + …). The first omitted term, s^25 / 25, is below 2^-68.
    sw_pair square = sw_pair_product(s, s);
    double z = square.hi;
    double q = 0.0;
    for (int i = 23; i >= 5; i -= 2) q = q * z + 1.0 / i;
    sw_pair third = sw_pair_product(square, (sw_pair){0x1.5555555555555p-2, 0x1.5555555555555p-56});
    sw_pair series = sw_sum_ordered(third.hi, third.lo + z * z * q);
    sw_pair cubic = sw_pair_product(s, series);
    sw_pair atanh = sw_pair_sum(s, cubic);
    sw_pair result = {2.0 * atanh.hi, 2.0 * atanh.lo};
    if (k == 0) return result;
    double n = (double)k;
    sw_pair rest = sw_product(n, LN2_REST);
    sw_pair shift = sw_sum_ordered(n * LN2_TOP, rest.hi);
    shift.lo = shift.lo + (rest.lo + n * LN2_REST_LOW);
    return sw_pair_sum(shift, result);
}

double sw_log(double x) {
    if (x != x) return x + x;
    if (x == 0.0) return -__builtin_inf();
    if (x < 0.0) return __builtin_nan("");
    if (x > __DBL_MAX__) return x;
    sw_pair result = log_of(x);
    return result.hi + result.lo;
}

double sw_exp(double x) {
    if (x != x) return x + x;
    return exp_of_pair((sw_pair){x, 0.0});
}

/// 0 if y is not an integer, 1 if it is odd, 2 if it is even.
static int parity(double y) {
    double magnitude = __builtin_fabs(y);
    if (magnitude >= 0x1p53) return 2;
    if (magnitude < 1.0) return magnitude == 0.0 ? 2 : 0;
    int64_t whole = (int64_t)magnitude;
    if ((double)whole != magnitude) return 0;
    return whole & 1 ? 1 : 2;
}

/// |x|^y if x or y is zero or infinite (ISO C, F.10.4.4), or y is so large that it counts as
/// infinite.
static double power_at_limits(double magnitude, double y) {
    if (magnitude == 1.0) return 1.0;
    return (magnitude > 1.0) == (y > 0.0) ? __builtin_inf() : 0.0;
}

double sw_pow(double x, double y) {
    if (x == 1.0 || y == 0.0) return 1.0;
    if (x != x || y != y) return x + y;
    double magnitude = __builtin_fabs(x);
    bool negative = sw_bits_of_double(x) >> 63 && parity(y) == 1;
    double power;
    // Beyond |y| = 2^64 every power except that of 1 overflows or underflows.
    bool infinite = magnitude > __DBL_MAX__ || __builtin_fabs(y) > __DBL_MAX__;
    if (magnitude == 0.0 || infinite) {
        power = power_at_limits(magnitude, y);
    } else if (x < 0.0 && parity(y) == 0) {
        return __builtin_nan("");
    } else if (__builtin_fabs(y) > 0x1p64) {
        power = power_at_limits(magnitude, y);
    } else {
        sw_pair log = log_of(magnitude);
        sw_pair exponent = sw_product(log.hi, y);
        exponent.lo = exponent.lo + log.lo * y;
        power = exp_of_pair(sw_sum_ordered(exponent.hi, exponent.lo));
    }
    return negative ? -power : power;
}
