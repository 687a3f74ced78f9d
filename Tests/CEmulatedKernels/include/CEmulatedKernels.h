// Rows of the dispatch table for instructions that few machines have, with those instructions written
// out, so that every machine with AVX2 tests the code around them.
#ifndef SWITCHYARD_CEMULATEDKERNELS_H
#define SWITCHYARD_CEMULATEDKERNELS_H

#include "CKernels.h"

/// The row `avxvnni`; NULL on a CPU without AVX2.
const sw_kernels *sw_emulated_avxvnni(void);

#endif
