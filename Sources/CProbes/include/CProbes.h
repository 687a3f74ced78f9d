// Measures the limits of a machine, for `benchmarks` to compare our kernels with.
#ifndef SWITCHYARD_CPROBES_H
#define SWITCHYARD_CPROBES_H

#include <stdint.h>

/// Reads `bytes` (a multiple of 512) once, as fast as one core can, and returns a sum of them.
uint64_t sw_probe_read(const void *start, long bytes);

/// Runs `rounds` of INT8 dot products in registers and returns the number of multiplications and
/// additions; 0 if the CPU has no instruction for it. `sink` receives a result, so that the
/// compiler removes nothing.
double sw_probe_int8(long rounds, int32_t *sink);

#endif
