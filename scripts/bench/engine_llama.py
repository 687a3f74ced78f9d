"""llama.cpp, built for this CPU from the source that llama-cpp-python carries, in Q8_0."""

import os
import shutil

from engine import Engine, Result, say

VERSION = "0.3.36"
TARGETS = ["llama-bench", "llama-batched-bench", "llama-quantize"]
OPTIONS = [
    "CMAKE_BUILD_TYPE=Release", "GGML_NATIVE=ON", "LLAMA_BUILD_TESTS=OFF",
    "LLAMA_BUILD_EXAMPLES=OFF", "LLAMA_BUILD_SERVER=OFF", "LLAMA_BUILD_UI=OFF",
    "LLAMA_USE_PREBUILT_UI=OFF", "LLAMA_OPENSSL=OFF", "LLAMA_CURL=OFF"]
# Positions of a sequence in the batched benchmark, which starts from a prompt of 16.
BATCHED_PROMPT = 16
BATCHED_CONTEXT = 256


class LlamaCpp(Engine):
    name = "llama.cpp"

    def __init__(self, place):
        super().__init__(place)
        self.version = f"as carried by llama-cpp-python {VERSION}, GGML_NATIVE, Q8_0"

    def program(self, name):
        return self.place.in_folder("llama.cpp", "build", "bin", name)

    def set_up(self):
        if all(os.path.exists(self.program(name)) for name in TARGETS):
            return
        python = self.place.tools()
        source = self.fetch(python)
        build = self.place.in_folder("llama.cpp", "build")
        say(f"building llama.cpp in {build} (10 minutes on two cores)")
        tools = os.path.abspath(os.path.dirname(python))
        environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
        options = [f"-D{option}" for option in OPTIONS]
        self.place.run(
            "llama.cpp-build", ["cmake", "-G", "Ninja", "-S", source, "-B", build, *options],
            env=environment)
        self.place.run(
            "llama.cpp-build", ["nice", "ninja", "-C", build, *TARGETS], env=environment)

    def fetch(self, python):
        """Returns the folder of the source."""
        source = self.place.in_folder("llama.cpp", "source")
        if os.path.exists(os.path.join(source, "CMakeLists.txt")):
            return source
        downloads = self.place.in_folder("downloads")
        archive = os.path.join(downloads, f"llama_cpp_python-{VERSION}.tar.gz")
        if not os.path.exists(archive):
            say(f"fetching llama-cpp-python {VERSION} (77 MB)")
            self.place.run("llama.cpp-build", [
                python, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps",
                "--no-binary", "llama-cpp-python", "--dest", downloads,
                f"llama-cpp-python=={VERSION}"])
        part = source + ".part"
        shutil.rmtree(part, ignore_errors=True)
        os.makedirs(part)
        self.place.run("llama.cpp-build", [
            "tar", "-xzf", archive, "-C", part, "--strip-components=3",
            f"llama_cpp_python-{VERSION}/vendor/llama.cpp"])
        os.rename(part, source)
        return source

    def prepare(self, model):
        model.make_gguf(self.place, self.program("llama-quantize"))

    def command(self, model, case):
        threads = str(self.place.threads)
        gguf = model.gguf(self.place)
        if case.sequences > 1:
            # It measures a count of sequences once, so the count is named again to repeat it.
            counts = ",".join([str(case.sequences)] * case.repetitions)
            return [
                self.program("llama-batched-bench"), "-m", gguf, "-t", threads, "-tb", threads,
                "-c", str(case.sequences * BATCHED_CONTEXT), "-npp", str(BATCHED_PROMPT),
                "-ntg", str(case.tokens), "-npl", counts, "--output-format", "jsonl"]
        prompt, decoded = (case.tokens, 0) if case.kind == "prefill" else (0, case.tokens)
        return [
            self.program("llama-bench"), "-m", gguf, "-t", threads, "-p", str(prompt),
            "-n", str(decoded), "-d", str(case.depth), "-r", str(case.repetitions),
            "-o", "jsonl"]

    def result(self, lines):
        if "samples_ts" in lines[0]:
            return Result(self.median(lines[0]["samples_ts"]))
        return Result(self.median([line["speed_tg"] for line in lines]))
