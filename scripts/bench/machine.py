"""This machine: what it is, and how much of it others use."""

import os
import time

TICKS = os.sysconf("SC_CLK_TCK")
# Instruction sets that decide which kernels a program takes.
INSTRUCTIONS = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8")


def cpu_field(name):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            key, _, value = line.partition(":")
            if key.strip() == name:
                return value.strip()
    return ""


def cpu_flags():
    return set(cpu_field("flags").split())


def description():
    flags = cpu_flags()
    names = ", ".join(name for name in INSTRUCTIONS if name in flags)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    processor = cpu_field("model name") or os.uname().machine
    numbers = f"family {cpu_field('cpu family')}, model {cpu_field('model')}"
    return f"{os.cpu_count()} CPUs {processor} ({numbers}; {names}), {memory:.0f} GiB"


def used_seconds():
    """CPU seconds that all processes, and the hypervisor, have used on all CPUs."""
    with open("/proc/stat", encoding="utf-8") as file:
        user, nice, system, _, _, interrupts, soft, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + interrupts + soft + steal) / TICKS


def session_seconds(session):
    """CPU seconds of the living processes of a session."""
    total = 0
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:  # It has ended.
            continue
        if int(fields[3]) == session:
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


class Watch:
    """Measures the share of the CPUs that others use."""

    def __init__(self, own_seconds):
        """`own_seconds` returns the CPU seconds used so far by what is measured."""
        self.own_seconds = own_seconds
        self.start = time.monotonic()
        self.used = used_seconds()
        self.own = own_seconds()

    def others_percent(self):
        elapsed = time.monotonic() - self.start
        others = used_seconds() - self.used - (self.own_seconds() - self.own)
        return max(0.0, 100 * others / (elapsed * os.cpu_count()))


def wait_until_quiet(percent, seconds):
    """Returns once others use less than `percent` of the CPUs, or after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        watch = Watch(lambda: 0.0)
        time.sleep(1.5)
        if watch.others_percent() < percent:
            return
