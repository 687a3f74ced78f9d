#include <string.h>

#include "kernels.h"

static bool always(void) { return true; }

#if defined(__x86_64__)
// The compiler's runtime reads CPUID, and by XGETBV whether the operating system saves the
// registers.

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("f16c");
}

static bool has_avxvnni(void) { return has_avx2() && __builtin_cpu_supports("avxvnni"); }

static bool has_avx512vnni(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vnni");
}
#endif

static const sw_kernels table[] = {
    {
        .name = "scalar",
        .supported = always,
        .quantize = sw_quantize_f32__scalar,
        .pack_rows = sw_pack_rows_u8__scalar,
        .gemm_w8a8 = sw_gemm_w8a8__scalar,
        .gemm_f32 = sw_gemm_f32__scalar,
        .gemm_bf16 = sw_gemm_bf16__scalar,
        .gemm_bf16_transposed = sw_gemm_bf16_transposed__scalar,
        .rotate = sw_rotate_f32__scalar,
        .rms_norm = sw_rms_norm_f32__scalar,
        .rope_halves = sw_rope_halves_f32__scalar,
        .rope_pairs = sw_rope_pairs_f32__scalar,
        .silu_multiply = sw_silu_multiply_f32__scalar,
        .add = sw_add_f32__scalar,
        .multiply_add = sw_multiply_add_f32__scalar,
        .multiply = sw_multiply_f32__scalar,
        .exp = sw_exp_f32__scalar,
        .softmax_terms = sw_softmax_terms_f32__scalar,
        .all_finite = sw_all_finite_f32__scalar,
        .attention = sw_attention_span__scalar,
    },
#if defined(__x86_64__)
    {
        .name = "avx2",
        .supported = has_avx2,
        .quantize = sw_quantize_f32__avx2,
        .pack_rows = sw_pack_rows_u8__avx2,
        .gemm_w8a8 = sw_gemm_w8a8__avx2,
        .gemm_f32 = sw_gemm_f32__avx2,
        .gemm_bf16 = sw_gemm_bf16__avx2,
        .gemm_bf16_transposed = sw_gemm_bf16_transposed__avx2,
        .rotate = sw_rotate_f32__avx2,
        .rms_norm = sw_rms_norm_f32__avx2,
        .rope_halves = sw_rope_halves_f32__avx2,
        .rope_pairs = sw_rope_pairs_f32__avx2,
        .silu_multiply = sw_silu_multiply_f32__avx2,
        .add = sw_add_f32__avx2,
        .multiply_add = sw_multiply_add_f32__avx2,
        .multiply = sw_multiply_f32__avx2,
        .exp = sw_exp_f32__avx2,
        .softmax_terms = sw_softmax_terms_f32__avx2,
        .all_finite = sw_all_finite_f32__avx2,
        .attention = sw_attention_span__avx2,
    },
    {
        .name = "avxvnni",
        .supported = has_avxvnni,
        .quantize = sw_quantize_f32__avx2,
        .pack_rows = sw_pack_rows_u8__avx2,
        .gemm_w8a8 = sw_gemm_w8a8__avxvnni,
        .gemm_f32 = sw_gemm_f32__avx2,
        .gemm_bf16 = sw_gemm_bf16__avx2,
        .gemm_bf16_transposed = sw_gemm_bf16_transposed__avx2,
        .rotate = sw_rotate_f32__avx2,
        .rms_norm = sw_rms_norm_f32__avx2,
        .rope_halves = sw_rope_halves_f32__avx2,
        .rope_pairs = sw_rope_pairs_f32__avx2,
        .silu_multiply = sw_silu_multiply_f32__avx2,
        .add = sw_add_f32__avx2,
        .multiply_add = sw_multiply_add_f32__avx2,
        .multiply = sw_multiply_f32__avx2,
        .exp = sw_exp_f32__avx2,
        .softmax_terms = sw_softmax_terms_f32__avx2,
        .all_finite = sw_all_finite_f32__avx2,
        .attention = sw_attention_span__avx2,
    },
    {
        .name = "avx512vnni",
        .supported = has_avx512vnni,
        .quantize = sw_quantize_f32__avx512vnni,
        .pack_rows = sw_pack_rows_u8__avx2,
        .gemm_w8a8 = sw_gemm_w8a8__avx512vnni,
        .gemm_f32 = sw_gemm_f32__avx512vnni,
        .gemm_bf16 = sw_gemm_bf16__avx512vnni,
        .gemm_bf16_transposed = sw_gemm_bf16_transposed__avx512vnni,
        .rotate = sw_rotate_f32__avx2,
        .rms_norm = sw_rms_norm_f32__avx512vnni,
        .rope_halves = sw_rope_halves_f32__avx512vnni,
        .rope_pairs = sw_rope_pairs_f32__avx512vnni,
        .silu_multiply = sw_silu_multiply_f32__avx512vnni,
        .add = sw_add_f32__avx512vnni,
        .multiply_add = sw_multiply_add_f32__avx512vnni,
        .multiply = sw_multiply_f32__avx512vnni,
        .exp = sw_exp_f32__avx512vnni,
        .softmax_terms = sw_softmax_terms_f32__avx512vnni,
        .all_finite = sw_all_finite_f32__avx512vnni,
        .attention = sw_attention_span__avx512vnni,
    },
#endif
};

static const long table_count = sizeof table / sizeof table[0];

const sw_kernels *sw_kernels_table(long *count) {
    *count = table_count;
    return table;
}

const sw_kernels *sw_kernels_select(const char *name) {
    for (long i = table_count - 1; i >= 0; i--) {
        if (name != NULL && strcmp(table[i].name, name) != 0) continue;
        if (table[i].supported()) return &table[i];
    }
    return NULL;
}
