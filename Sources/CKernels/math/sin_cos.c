#include "../kernels.h"
#include "double_double.h"

/// x minus the nearest multiple of π/2, and that multiple's number modulo 4.
typedef struct {
    sw_pair rest;
    unsigned quadrant;
} sw_reduced;

/// For |x| ≤ 2^30. π/2 is used to 161 bits. No double in this range is nearer than 2^-61 to a
/// multiple of it, so the remainder is exact to far more than a double's precision.
static sw_reduced reduce(double x) {
    static const double part1 = 0x1.921fb54442d18p+0;
    static const double part2 = 0x1.1a62633145c07p-54;
    static const double part3 = -0x1.f1976b7ed8fbcp-110;
    double n = (x * 0x1.45f306dc9c883p-1 + 0x1.8p52) - 0x1.8p52;
    sw_pair product1 = sw_product(n, part1);
    sw_pair product2 = sw_product(n, part2);
    // x and n * part1 differ by at most a factor of two, so their difference is exact.
    sw_pair first = sw_sum(x - product1.hi, -product1.lo);
    sw_pair second = sw_sum(first.hi, -product2.hi);
    double low = (first.lo + second.lo) - (product2.lo + n * part3);
    return (sw_reduced){sw_sum(second.hi, low), (unsigned)((int64_t)n & 3)};
}

/// Taylor's series for |r| ≤ π/4. The first omitted term, r^19 / 19!, is below 2^-62.
static double sine(sw_pair r) {
    static const double coefficients[] = {
        1.0 / 355687428096000.0, -1.0 / 1307674368000.0, 1.0 / 6227020800.0, -1.0 / 39916800.0,
        1.0 / 362880.0,          -1.0 / 5040.0,          1.0 / 120.0,        -1.0 / 6.0};
    double z = r.hi * r.hi, q = 0.0;
    for (int i = 0; i < 8; i++) q = q * z + coefficients[i];
    return r.hi + (r.hi * (z * q) + r.lo * (1.0 - 0.5 * z));
}

/// The same for the cosine, up to r^18 / 18!.
static double cosine(sw_pair r) {
    static const double coefficients[] = {
        -1.0 / 6402373705728000.0, 1.0 / 20922789888000.0, -1.0 / 87178291200.0,
        1.0 / 479001600.0,         -1.0 / 3628800.0,       1.0 / 40320.0,
        -1.0 / 720.0,              1.0 / 24.0};
    sw_pair square = sw_product(r.hi, r.hi);
    double z = square.hi, q = 0.0;
    for (int i = 0; i < 8; i++) q = q * z + coefficients[i];
    sw_pair sum = sw_sum_ordered(1.0, -0.5 * z);
    return sum.hi + (sum.lo + (z * z * q - (0.5 * square.lo + r.hi * r.lo)));
}

/// sin(x + quadrants * π/2).
static double sine_from(double x, unsigned quadrants) {
    if (!(__builtin_fabs(x) <= 0x1p30)) return __builtin_nan("");
    sw_reduced reduced = reduce(x);
    unsigned quadrant = (reduced.quadrant + quadrants) & 3;
    double value = quadrant & 1 ? cosine(reduced.rest) : sine(reduced.rest);
    return quadrant & 2 ? -value : value;
}

double sw_sin(double x) {
    // The sine of so small an x is x, sign included; the reduction would lose subnormals.
    if (__builtin_fabs(x) < 0x1p-27) return x;
    return sine_from(x, 0);
}

double sw_cos(double x) { return sine_from(x, 1); }
