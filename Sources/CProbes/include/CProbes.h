// What a machine can do at most, measured beside what we do: for `benchmarks` alone.
#ifndef SWITCHYARD_CPROBES_H
#define SWITCHYARD_CPROBES_H

#include <stdint.h>

/// Reads `bytes` (a multiple of 512) once, as fast as one core can, and answers a sum of them.
uint64_t sw_probe_read(const void *start, long bytes);

/// Runs `rounds` of INT8 dot products in registers and answers how many multiplications and additions
/// that was; 0 where the CPU has no instruction for it. `sink` gets a result, so that none is removed.
double sw_probe_int8(long rounds, int32_t *sink);

#endif
