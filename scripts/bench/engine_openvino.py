"""OpenVINO GenAI, for dense models: it runs experts in bf16."""

from engine import Unavailable
from engine_worker import WorkerEngine

VERSION = "2026.4.1.0"


class OpenVINO(WorkerEngine):
    name = "openvino"

    def __init__(self, place):
        super().__init__(place)
        self.version = f"openvino-genai {VERSION}, from the Q8_0 file"

    def set_up(self):
        self.place.environment("openvino", [f"openvino-genai=={VERSION}"])

    def prepare(self, model):
        if not model.dense:
            raise Unavailable(f"it is compared on dense models alone, and {model.name} is none")
        quantizer = self.place.in_folder("llama.cpp", "build", "bin", "llama-quantize")
        model.make_gguf(self.place, quantizer)

    def worker_command(self, model):
        return [
            self.place.in_folder("openvino", "bin", "python"), "scripts/bench/worker_openvino.py",
            "--model", model.gguf(self.place), "--threads", str(self.place.threads)]
