#include "../common/scalar.h"
#include "../kernels.h"

#if defined(__x86_64__)
/// The same loop, compiled for CPUs on which a fused multiply-add is one instruction and not a
/// call.
__attribute__((target("avx2,fma"))) static void merge_out_fma(float *out, const float *out2,
                                                              float a, float b, long value_dim) {
    for (long d = 0; d < value_dim; d++) out[d] = __builtin_fmaf(out[d], a, out2[d] * b);
}
#endif

static void merge_out(float *out, const float *out2, float a, float b, long value_dim) {
    for (long d = 0; d < value_dim; d++) out[d] = __builtin_fmaf(out[d], a, out2[d] * b);
}

void sw_attention_merge(float *max, float *sum, float *out, float max2, float sum2,
                        const float *out2, long value_dim) {
    if (max2 == -__builtin_inff()) return;
    float before = *max;
    // If either maximum is NaN so is the result: a NaN in `before` is tested for, and one in `max2`
    // fails the comparison.
    float merged = before != before || before > max2 ? before : max2;
    float a = before == -__builtin_inff() ? 0.0f : sw_exp_scalar(before - merged);
    float b = sw_exp_scalar(max2 - merged);
    *max = merged;
    *sum = __builtin_fmaf(*sum, a, sum2 * b);
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        merge_out_fma(out, out2, a, b, value_dim);
        return;
    }
#endif
    merge_out(out, out2, a, b, value_dim);
}
