// Switchyard's CPU kernels. They take pointers and sizes, allocate nothing and keep no state.
//
// Every row of the dispatch table computes the same bits, floats too, so that an answer does not
// depend on the CPU. The scalar row is the specification, and the comments below define it:
// - "16 lanes": lane i adds elements i, i + 16, i + 32, … in that order with one fused multiply-add
//   each, a ragged tail touches only its own lanes, and the lanes are then added pairwise: lane i
//   with lane i + 8, then i + 4, i + 2, i + 1.
// - fma(a, b, c) rounds once; every other operation rounds by itself. Compile with
//   -ffp-contract=off, and never set FTZ or DAZ.
// - a maximum or minimum ignores NaN, and a maximum of zeros is +0.
// - if one row returns NaN all do; its sign and payload are not specified.
#ifndef SWITCHYARD_CKERNELS_H
#define SWITCHYARD_CKERNELS_H

#include <stdbool.h>
#include <stdint.h>

/// Inputs in a quantization group. The last group of a row may be shorter.
enum { SW_GROUP = 128 };
/// Outputs in a packed panel of weights.
enum { SW_PANEL = 32 };
/// Tokens in a KV block, one for each SIMD lane.
enum { SW_BLOCK = 16 };
/// Keys in an attention tile, and keys in a span; both are counted from absolute position 0.
enum { SW_TILE = 64, SW_SPAN = 512 };
/// The most groups of 128 inputs that a row may have, hence at most 65,536 inputs. Weights with
/// more are refused when they are loaded.
enum { SW_GROUPS_MAX = 512 };

/// The number format of KV blocks.
typedef enum { SW_KV_F32 = 0, SW_KV_BF16 = 1, SW_KV_F16 = 2, SW_KV_INT8 = 3 } sw_kv_type;

/// One panel of up to 32 outputs for `rows` tokens, in W8A8 with groups of 128 inputs:
///   acc(r, c, g) = sum over k in group g of q(r, k) * w(c, k), minus zero(r, g) * w_sum(g, c)
///                  exact, int32; the low 16 bits of w_sum are used, as a signed number; any
///                  group's sum fits
///   y(r, c) = fma(float(acc), a_scale(r, g) * w_scale(c, g), y(r, c))  groups ascending, from 0
/// The product of the scales is rounded first. Callers walk panels that follow each other in memory
/// (the next one is fetched meanwhile), and pass blocks of rows that fit the L2 cache: 64 to 256.
typedef struct {
    const uint8_t *a;         // [ceil(k/4)][a_rows][4]: unsigned inputs, k padded with zeros to fours
    long a_rows;              // rows of the packed input: distance between slices is 4 * a_rows bytes
    const float *a_scale;     // [groups][a_rows]
    const int32_t *a_zero;    // [groups][a_rows], each 0...255
    long rows;                // rows to compute, from row 0 of `a`; callers offset a, a_scale, a_zero
    const int8_t *w;          // [ceil(k/4)][32][4]: this panel; padding (k and outputs) is unused
    const float *w_scale;     // [32], or [groups][32]
    long w_scale_stride;      // 0 when the groups of a row share a scale, else 32
    const int32_t *w_sum;     // [groups][32]: sum of each group's weights, unused for padding outputs
    long k;                   // inputs
    float *y;                 // [rows][y_stride], written (not added to)
    long y_stride;            // floats between rows
    long columns;             // outputs to write, 1...32
} sw_gemm_w8a8;

/// Attention of some queries of one KV head over one span of at most 512 keys, computed alone.
/// For each tile of 64 keys, ascending, from a multiple of 64:
///   score(j) = scale * sum over d ascending of fma(q(d), k(j, d), ·) from 0, one chain a key
///              (INT8: the sum is multiplied by the key's scale before `scale`)
///   keys outside [first, last) of the query, or outside the span, are masked: never read into a sum
///   t = max of the visible scores; a tile with no visible key is skipped
///   m' = max(m, t); c = exp(m - m') (0 when m is -inf); p(j) = exp(score(j) - m')
///   l = fma(l, c, S), S the 16-lane sum of p, masked p being +0 (lane i: keys i, 16+i, 32+i, 48+i)
///   out(d) = out(d) * c, then for visible j ascending out(d) = fma(p(j), v(j, d), out(d))
///   (INT8: p(j) * v_scale(j), rounded, takes the place of p(j) for V)
/// At the end, if sum is NaN max is set to NaN too, so that a merge never hides a fault.
typedef struct {
    const float *const *queries;      // [count]: head_dim floats each
    const int32_t *first;             // [count]: first visible key, absolute
    const int32_t *last;              // [count]: one past the last visible key, absolute
    long count;
    long span_first;                  // absolute, a multiple of SW_SPAN
    long span_last;                   // one past the last key of the span that is written
    const void *const *k_blocks;      // [ceil((span_last-span_first)/16)]: [head_dim][16], keys in lanes
    const void *const *v_blocks;      // the same count: [16][value_dim]
    const float *const *k_scales;     // INT8: [16] a block; else NULL
    const float *const *v_scales;
    long head_dim;
    long value_dim;
    sw_kv_type type;
    float scale;
    float *max;                       // [count], written: -inf when no key was visible
    float *sum;                       // [count], written
    float *out;                       // [count][out_stride], value_dim floats written
    long out_stride;
} sw_attention_span;

/// One row of the dispatch table: an instruction set's kernels.
typedef struct {
    const char *name;                 // "scalar", "avx2", "avxvnni", "avx512vnni"
    bool (*supported)(void);

    /// Quantizes one token's inputs, asymmetrically, in groups of 128:
    ///   lo = min(0, min x), hi = max(0, max x), s = (hi - lo) / 255, inv = 1 / s,
    ///   z = rint(-lo * inv), q = clamp(rint(x * inv) + z, 0, 255), rounding half to even.
    /// If inv would not be finite (lo = hi, or a range below 1e-36) s is 1.
    /// A group with a non-finite input or range gets scale NaN, zero 0 and integers 0.
    /// Four inputs at a time go to `q + slice * q_stride`; padding inputs are 0.
    /// With q_stride 4 this writes a plain row, with 4 * rows one row of the packed form.
    void (*quantize)(const float *x, long k, uint8_t *q, long q_stride, float *scale,
                     int32_t *zero, long group_stride);

    /// Packs whole quantized rows (ceil(k/4) slices of 4 bytes each) into [slices][rows][4].
    void (*pack_rows)(const uint8_t *const *rows, long count, long slices, uint8_t *packed,
                      long packed_rows);

    void (*gemm_w8a8)(const sw_gemm_w8a8 *args);

    /// y(r, n) = 16-lane sum over k of x(r, k) * w(n, k); w row-major, float or bf16.
    void (*gemm_f32)(const float *x, long x_stride, long rows, const float *w, long w_stride,
                     long n, long k, float *y, long y_stride);
    void (*gemm_bf16)(const float *x, long x_stride, long rows, const uint16_t *w, long w_stride,
                      long n, long k, float *y, long y_stride);
    /// y(r, n) = sum over k ascending of fma(x(r, k), w(k, n), ·) from 0; w is [k][w_stride], bf16.
    void (*gemm_bf16_transposed)(const float *x, long x_stride, long rows, const uint16_t *w,
                                 long w_stride, long n, long k, float *y, long y_stride);

    /// Multiplies each block of `block` numbers (16, 32, 64 or 128; `width` is a multiple) by a
    /// Hadamard matrix in natural order: for half = 1, 2, 4, … each pair (i, i + half) becomes
    /// (a + b, a - b); at last each number is multiplied by `factor`. y may be x.
    void (*rotate)(const float *x, long width, long block, float factor, float *y);

    /// y(i) = (x(i) * (1 / sqrt(mean + eps))) * gain(i), mean = 16-lane sum of squares / n.
    void (*rms_norm)(const float *x, const float *gain, float eps, long n, float *y);
    /// Rotates x in place, halves form: pairs (i, i + half). Each pair (a, b) becomes
    /// (fma(a, cos, -(b * sin)), fma(b, cos, a * sin)).
    void (*rope_halves)(float *x, const float *cos, const float *sin, long half);
    /// The same with pairs (2i, 2i + 1).
    void (*rope_pairs)(float *x, const float *cos, const float *sin, long half);
    /// y(i) = (gate(i) / (1 + exp(-gate(i)))) * up(i); may be in place.
    void (*silu_multiply)(const float *gate, const float *up, long n, float *y);
    /// y(i) = y(i) + x(i)
    void (*add)(const float *x, long n, float *y);
    /// y(i) = fma(w, x(i), y(i))
    void (*multiply_add)(float w, const float *x, long n, float *y);
    /// y(i) = x(i) * w; may be in place.
    void (*multiply)(float w, const float *x, long n, float *y);
    /// y(i) = exp(x(i)), our own, with an error below 1.5 ulp; exp(-inf) = +0, NaN stays NaN,
    /// overflow gives +inf. Subnormal results are +0 by definition, in every row.
    void (*exp)(const float *x, long n, float *y);
    /// Writes the largest x, and p(i) = exp(x(i) - largest); returns the 16-lane sum of p. n ≥ 1. p
    /// may be x. Any NaN in x makes the sum NaN; `largest` is -inf if all are NaN.
    float (*softmax_terms)(const float *x, long n, float *p, float *largest);
    /// True when no element is NaN or infinite.
    bool (*all_finite)(const float *x, long n);

    void (*attention)(const sw_attention_span *args);
} sw_kernels;

/// The table, slowest row first. `count` receives the number of rows.
const sw_kernels *sw_kernels_table(long *count);
/// The row called `name`, or with NULL the last row that this CPU supports. Returns NULL if the
/// name is unknown or the CPU lacks what the row needs.
const sw_kernels *sw_kernels_select(const char *name);

// Functions with one implementation for every instruction set: plain C whose operations round the
// same everywhere.

/// Merges the state of a later span into that of an earlier one, in place, for one query:
///   m' = max(m, m2); a = exp(m - m'), b = exp(m2 - m') (0 for -inf); l = fma(l, a, l2 * b);
///   out(d) = fma(out(d), a, out2(d) * b). Nothing happens if m2 is -inf.
void sw_attention_merge(float *max, float *sum, float *out, float max2, float sum2,
                        const float *out2, long value_dim);
/// Writes one token's K and V of one head into its block: K to lane `slot` of [head_dim][16], V to
/// row `slot` of [16][value_dim]. bf16 and f16 round half to even. INT8 is symmetric for each token
/// and head, rounded half to even: scale = max|x| / 127, or 1 if 1 / scale would not be finite, or
/// NaN (with integers 0) if an x is not finite. The scales go to the two pointers, which other
/// types do not use; they may be NULL.
void sw_kv_store(sw_kv_type type, const float *k, long head_dim, const float *v, long value_dim,
                 void *k_block, void *v_block, long slot, float *k_scale, float *v_scale);
/// Packs `outputs` rows of int8 weights [outputs][k] (outputs ≤ 32) into one zeroed panel
/// [ceil(k/4)][32][4] and writes the sums of their groups to [groups][32].
void sw_pack_panel(const int8_t *w, long w_stride, long outputs, long k, int8_t *panel,
                   int32_t *w_sum);
/// True if a panel is one that sw_pack_panel could have written: padding is zero, and the sums of
/// its groups equal those at `w_sum`.
bool sw_panel_is_whole(const int8_t *panel, long outputs, long k, const int32_t *w_sum);

/// Scalar functions that return the same bits on every CPU. `sw_expf` is the vector kernels' exp.
float sw_expf(float x);
/// Natural logarithm, with an error below 1 ulp; -inf for 0, NaN for negative numbers.
double sw_log(double x);
/// The error is below 1 ulp, for subnormal results too.
double sw_exp(double x);
/// The error is below 1 ulp. Limits and signs are those of ISO C's pow.
double sw_pow(double x, double y);
/// The error is within 2 ulp for |x| up to 2^30; NaN beyond.
double sw_sin(double x);
double sw_cos(double x);

float sw_bf16_to_f32(uint16_t x);
uint16_t sw_f32_to_bf16(float x);
float sw_f16_to_f32(uint16_t x);
uint16_t sw_f32_to_f16(float x);

#endif
