#include "CProbes.h"

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

__attribute__((target("avx512f,avx512vnni"))) static double int8_vnni(long rounds, int32_t *sink) {
    __m512i sums[12];
    for (int i = 0; i < 12; i++) sums[i] = _mm512_set1_epi32(i);
    __m512i x = _mm512_set1_epi8(3), w = _mm512_set1_epi8(5);
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < 12; i++) {
            sums[i] = _mm512_dpbusd_epi32(sums[i], x, w);
            // Prevents the compiler from folding the rounds into one multiplication.
            __asm__ volatile("" : "+v"(sums[i]));
        }
    }
    __m512i total = sums[0];
    for (int i = 1; i < 12; i++) total = _mm512_add_epi32(total, sums[i]);
    *sink = _mm512_reduce_add_epi32(total);
    return (double)rounds * 12 * 64 * 2;
}
#endif

uint64_t sw_probe_read(const void *start, long bytes) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return read_avx512(start, bytes);
#endif
    const uint64_t *words = start;
    uint64_t sum = 0;
    for (long at = 0; at < bytes / 8; at++) sum += words[at];
    return sum;
}

double sw_probe_int8(long rounds, int32_t *sink) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512vnni")) return int8_vnni(rounds, sink);
#endif
    *sink = 0;
    return 0;
}
