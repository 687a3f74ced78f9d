// What Swift cannot call by its Glibc module: an instruction, a variadic system call, a packet
// filter.
#ifndef SWITCHYARD_CLINUX_H
#define SWITCHYARD_CLINUX_H

#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/sched/types.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Tells the CPU that the caller is in a spin loop.
static inline void sw_spin_hint(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Makes a listening TCP socket drop the packets that begin a connection (SYN without ACK).
/// Handshakes already begun are finished. Returns 0 on success.
static inline int sw_drop_new_connections(int listener) {
    // A filter on a TCP socket sees packets from the TCP header on; byte 13 holds the flags.
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    return setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

/// Sleeps if `*word` is `expected`, until `sw_futex_wake`. It may also return early, after a signal
/// or for no reason.
static inline void sw_futex_wait(const void *word, uint32_t expected) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, 0, 0, 0);
}

/// Wakes all threads that sleep on `word`.
static inline void sw_futex_wake(const void *word) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, 0, 0, 0);
}

/// Doubles the calling thread's time slice if it runs under the normal policy (SCHED_OTHER); the
/// result is at most 10 ms. Returns 0 on success.
///
/// The system call also sets policy and niceness, so they are read first and stay. Threads of other
/// policies are left alone. Kernels before 6.12 do not report a slice, and nothing is changed
/// there.
static inline long sw_double_slice(void) {
    struct sched_attr attributes = {.size = sizeof attributes};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return -1;
    uint64_t slice = attributes.sched_runtime;
    if (attributes.sched_policy != 0 || slice == 0 || slice > 5000000) return -1;
    attributes.sched_runtime = 2 * slice;
    return syscall(SYS_sched_setattr, 0, &attributes, 0);
}

#endif
