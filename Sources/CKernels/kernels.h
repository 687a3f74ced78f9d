// The kernels of every row, grouped by file. dispatch.c puts them into the table.
#ifndef SWITCHYARD_KERNELS_H
#define SWITCHYARD_KERNELS_H

#include "CKernels.h"

#define SW_DECLARE_ROW(isa)                                                                        \
    void sw_quantize_f32__##isa(const float *x, long k, uint8_t *q, long q_stride, float *scale,   \
                                int32_t *zero, long group_stride);                                 \
    void sw_gemm_w8a8__##isa(const sw_gemm_w8a8 *args);                                            \
    void sw_gemm_f32__##isa(const float *x, long x_stride, long rows, const float *w,              \
                            long w_stride, long n, long k, float *y, long y_stride);               \
    void sw_gemm_bf16__##isa(const float *x, long x_stride, long rows, const uint16_t *w,          \
                             long w_stride, long n, long k, float *y, long y_stride);              \
    void sw_gemm_bf16_transposed__##isa(const float *x, long x_stride, long rows,                  \
                                        const uint16_t *w, long w_stride, long n, long k,          \
                                        float *y, long y_stride);                                  \
    void sw_rms_norm_f32__##isa(const float *x, const float *gain, float eps, long n, float *y);   \
    void sw_rope_halves_f32__##isa(float *x, const float *cos, const float *sin, long half);       \
    void sw_rope_pairs_f32__##isa(float *x, const float *cos, const float *sin, long half);        \
    void sw_silu_multiply_f32__##isa(const float *gate, const float *up, long n, float *y);        \
    void sw_add_f32__##isa(const float *x, long n, float *y);                                      \
    void sw_multiply_add_f32__##isa(float w, const float *x, long n, float *y);                    \
    void sw_multiply_f32__##isa(float w, const float *x, long n, float *y);                        \
    void sw_exp_f32__##isa(const float *x, long n, float *y);                                      \
    float sw_softmax_terms_f32__##isa(const float *x, long n, float *p, float *largest);           \
    bool sw_all_finite_f32__##isa(const float *x, long n);                                         \
    void sw_attention_span__##isa(const sw_attention_span *args)

SW_DECLARE_ROW(scalar);
#if defined(__x86_64__)
SW_DECLARE_ROW(avx2);
SW_DECLARE_ROW(avx512vnni);
#endif

#undef SW_DECLARE_ROW

#if defined(__x86_64__)
// What AVX-VNNI adds to AVX2 is one instruction, for one kernel.
void sw_gemm_w8a8__avxvnni(const sw_gemm_w8a8 *args);
#endif

// AVX-512 is no faster on these, so its row of the table uses the AVX2 functions.
void sw_rotate_f32__scalar(const float *x, long width, long block, float factor, float *y);
void sw_pack_rows_u8__scalar(const uint8_t *const *rows, long count, long slices, uint8_t *packed,
                             long packed_rows);
#if defined(__x86_64__)
void sw_rotate_f32__avx2(const float *x, long width, long block, float factor, float *y);
void sw_pack_rows_u8__avx2(const uint8_t *const *rows, long count, long slices, uint8_t *packed,
                           long packed_rows);
#endif

#endif
