#include "CProbes.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx512f"))) static uint64_t read_avx512(const char *start, long bytes) {
    __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    for (long at = 0; at < bytes; at += 512) {
        a = _mm512_add_epi64(a, _mm512_loadu_si512(start + at));
        b = _mm512_add_epi64(b, _mm512_loadu_si512(start + at + 64));
        c = _mm512_add_epi64(c, _mm512_loadu_si512(start + at + 128));
        d = _mm512_add_epi64(d, _mm512_loadu_si512(start + at + 192));
        e = _mm512_add_epi64(e, _mm512_loadu_si512(start + at + 256));
        f = _mm512_add_epi64(f, _mm512_loadu_si512(start + at + 320));
        g = _mm512_add_epi64(g, _mm512_loadu_si512(start + at + 384));
        h = _mm512_add_epi64(h, _mm512_loadu_si512(start + at + 448));
    }
    a = _mm512_add_epi64(_mm512_add_epi64(a, b), _mm512_add_epi64(c, d));
    e = _mm512_add_epi64(_mm512_add_epi64(e, f), _mm512_add_epi64(g, h));
    return (uint64_t)_mm512_reduce_add_epi64(_mm512_add_epi64(a, e));
}

__attribute__((target("avx2"))) static uint64_t read_avx2(const char *start, long bytes) {
    __m256i sums[8];
    for (int i = 0; i < 8; i++) sums[i] = _mm256_setzero_si256();
    for (long at = 0; at < bytes; at += 256) {
        for (int i = 0; i < 8; i++) {
            const __m256i *place = (const __m256i *)(start + at + 32 * i);
            sums[i] = _mm256_add_epi64(sums[i], _mm256_loadu_si256(place));
        }
    }
    for (int i = 1; i < 8; i++) sums[0] = _mm256_add_epi64(sums[0], sums[i]);
    uint64_t words[4];
    _mm256_storeu_si256((__m256i *)words, sums[0]);
    return words[0] + words[1] + words[2] + words[3];
}

/// Accumulators: enough to hide an instruction's latency.
enum { SUMS = 12 };

// The empty assembly prevents the compiler from folding the rounds into one multiplication.

__attribute__((target("avx512f,avx512vnni"))) static double int8_avx512vnni(long rounds,
                                                                            int32_t *sink) {
    __m512i sums[SUMS];
    for (int i = 0; i < SUMS; i++) sums[i] = _mm512_set1_epi32(i);
    __m512i x = _mm512_set1_epi8(3), w = _mm512_set1_epi8(5);
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < SUMS; i++) {
            sums[i] = _mm512_dpbusd_epi32(sums[i], x, w);
            __asm__ volatile("" : "+v"(sums[i]));
        }
    }
    __m512i total = sums[0];
    for (int i = 1; i < SUMS; i++) total = _mm512_add_epi32(total, sums[i]);
    *sink = _mm512_reduce_add_epi32(total);
    return (double)rounds * SUMS * 64 * 2;
}

__attribute__((target("avx2,avxvnni"))) static double int8_avxvnni(long rounds, int32_t *sink) {
    __m256i sums[SUMS];
    for (int i = 0; i < SUMS; i++) sums[i] = _mm256_set1_epi32(i);
    __m256i x = _mm256_set1_epi8(3), w = _mm256_set1_epi8(5);
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < SUMS; i++) {
            sums[i] = _mm256_dpbusd_avx_epi32(sums[i], x, w);
            __asm__ volatile("" : "+x"(sums[i]));
        }
    }
    for (int i = 1; i < SUMS; i++) sums[0] = _mm256_add_epi32(sums[0], sums[i]);
    *sink = _mm256_extract_epi32(sums[0], 0);
    return (double)rounds * SUMS * 32 * 2;
}

/// Bytes widened to 16 bits: VPMADDWD and an addition for 16 products.
__attribute__((target("avx2"))) static double int8_avx2(long rounds, int32_t *sink) {
    __m256i sums[SUMS];
    for (int i = 0; i < SUMS; i++) sums[i] = _mm256_set1_epi32(i);
    __m256i x = _mm256_set1_epi16(3), w = _mm256_set1_epi16(5);
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < SUMS; i++) {
            __m256i product = _mm256_madd_epi16(x, w);
            __asm__ volatile("" : "+x"(product));
            sums[i] = _mm256_add_epi32(sums[i], product);
            __asm__ volatile("" : "+x"(sums[i]));
        }
    }
    for (int i = 1; i < SUMS; i++) sums[0] = _mm256_add_epi32(sums[0], sums[i]);
    *sink = _mm256_extract_epi32(sums[0], 0);
    return (double)rounds * SUMS * 16 * 2;
}

__attribute__((target("avx512f"))) static double float_avx512(long rounds, float *sink) {
    __m512 sums[SUMS];
    for (int i = 0; i < SUMS; i++) sums[i] = _mm512_set1_ps((float)i);
    __m512 x = _mm512_set1_ps(0.5f), w = _mm512_set1_ps(0.25f);
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < SUMS; i++) {
            sums[i] = _mm512_fmadd_ps(x, w, sums[i]);
            __asm__ volatile("" : "+v"(sums[i]));
        }
    }
    for (int i = 1; i < SUMS; i++) sums[0] = _mm512_add_ps(sums[0], sums[i]);
    *sink = _mm512_reduce_add_ps(sums[0]);
    return (double)rounds * SUMS * 16 * 2;
}

__attribute__((target("avx2,fma"))) static double float_avx2(long rounds, float *sink) {
    __m256 sums[SUMS];
    for (int i = 0; i < SUMS; i++) sums[i] = _mm256_set1_ps((float)i);
    __m256 x = _mm256_set1_ps(0.5f), w = _mm256_set1_ps(0.25f);
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < SUMS; i++) {
            sums[i] = _mm256_fmadd_ps(x, w, sums[i]);
            __asm__ volatile("" : "+x"(sums[i]));
        }
    }
    for (int i = 1; i < SUMS; i++) sums[0] = _mm256_add_ps(sums[0], sums[i]);
    *sink = _mm256_cvtss_f32(sums[0]);
    return (double)rounds * SUMS * 8 * 2;
}
#endif

uint64_t sw_probe_read(const void *start, long bytes) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return read_avx512(start, bytes);
    if (__builtin_cpu_supports("avx2")) return read_avx2(start, bytes);
#endif
    const uint64_t *words = start;
    uint64_t sum = 0;
    for (long at = 0; at < bytes / 8; at++) sum += words[at];
    return sum;
}

double sw_probe_int8(const char *isa, long rounds, int32_t *sink) {
    *sink = 0;
#if defined(__x86_64__)
    if (strcmp(isa, "avx512vnni") == 0 && __builtin_cpu_supports("avx512vnni"))
        return int8_avx512vnni(rounds, sink);
    if (strcmp(isa, "avxvnni") == 0 && __builtin_cpu_supports("avxvnni"))
        return int8_avxvnni(rounds, sink);
    if (strcmp(isa, "avx2") == 0 && __builtin_cpu_supports("avx2")) return int8_avx2(rounds, sink);
#endif
    return 0;
}

double sw_probe_float(const char *isa, long rounds, float *sink) {
    *sink = 0;
#if defined(__x86_64__)
    if (strcmp(isa, "avx512vnni") == 0 && __builtin_cpu_supports("avx512f"))
        return float_avx512(rounds, sink);
    const bool is_256 = strcmp(isa, "avx2") == 0 || strcmp(isa, "avxvnni") == 0;
    if (is_256 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return float_avx2(rounds, sink);
#endif
    return 0;
}
