// Measures the limits of a machine, for `benchmarks` to compare our kernels with.
#ifndef SWITCHYARD_CPROBES_H
#define SWITCHYARD_CPROBES_H

#include <stdint.h>

/// Reads `bytes` (a multiple of 512) once, as fast as one core can, and returns a sum of them.
uint64_t sw_probe_read(const void *start, long bytes);

/// Runs `rounds` of exact INT8 dot products in registers with the instructions of a row of the
/// kernel table ("avx512vnni", "avxvnni", "avx2"), and returns the number of multiplications and
/// additions; 0 if the CPU lacks them or there is no such row. `sink` receives a result, so that the
/// compiler removes nothing.
double sw_probe_int8(const char *isa, long rounds, int32_t *sink);

/// The same with fused multiply-adds of float32, on the widest registers that the row uses.
double sw_probe_float(const char *isa, long rounds, float *sink);

#endif
