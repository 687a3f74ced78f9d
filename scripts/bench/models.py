"""The models: each has our pack, a GGUF file in Q8_0 and an INT8 folder."""

import glob
import os
import shutil

from engine import Unavailable, say

DEFAULT_FOLDER = "models/smollm2"


def default_gguf():
    files = glob.glob(f"{DEFAULT_FOLDER}/*.gguf")
    if not files:
        raise Unavailable(f"{DEFAULT_FOLDER} holds no GGUF file; run make model")
    return files[0]


class Model:
    name = ""
    title = ""
    dense = False

    def gguf(self, place):
        return os.path.join(place.models, f"{self.name}-q8_0.gguf")

    def pack(self, place):
        return os.path.join(place.models, f"{self.name}.switchyard")

    def int8_folder(self, place):
        return os.path.join(place.models, f"{self.name}-w8a8")

    def source(self, place):
        """What packs and INT8 folders are made of."""
        raise NotImplementedError

    def make_pack(self, place):
        raise NotImplementedError

    def make_gguf(self, place, quantizer):
        raise NotImplementedError

    def make_int8_folder(self, place):
        folder = self.int8_folder(place)
        if os.path.exists(folder):
            return
        say(f"writing {folder}")
        part = folder + ".part"
        shutil.rmtree(part, ignore_errors=True)
        place.run("models", [
            place.program("switchyard"), "quantize", "--model", self.source(place),
            "--smoothing", "0", "--output", part])
        os.rename(part, folder)


class SmolLM2(Model):
    """The default model, with the pack that the server serves."""

    name = "smollm2"
    title = "SmolLM2-135M-Instruct (ours: the default pack)"
    dense = True

    def pack(self, place):
        return f"{DEFAULT_FOLDER}/smollm2-135m-instruct.switchyard"

    def source(self, place):
        return default_gguf()

    def make_pack(self, place):
        if not os.path.exists(self.pack(place)):
            raise Unavailable(f"{self.pack(place)} is missing; run make model")

    def make_gguf(self, place, quantizer):
        gguf = self.gguf(place)
        if os.path.exists(gguf):
            return
        if not os.path.exists(quantizer):
            raise Unavailable("its file is made by llama.cpp's llama-quantize, which is missing")
        say(f"writing {gguf}")
        part = gguf + ".part"
        place.run("models", [quantizer, "--allow-requantize", default_gguf(), part, "Q8_0"])
        os.rename(part, gguf)


class MoE1B(Model):
    """Random weights in the shape of a real Mixture-of-Experts model; see random_moe.py."""

    name = "moe-1b"
    title = "moe-1b (1.385 B random weights, 0.43 B active, 32 experts, top-8)"

    def source(self, place):
        self.make_weights(place)
        return os.path.join(place.models, self.name)

    def make_pack(self, place):
        pack = self.pack(place)
        if os.path.exists(pack):
            return
        source = self.source(place)
        say(f"writing {pack}")
        part = os.path.join(place.models, f"{self.name}.part.switchyard")
        place.run("models", [
            place.program("switchyard"), "pack", "--overwrite", "--model", source,
            "--smoothing", "0", "--output", part])
        os.rename(part, pack)

    def make_gguf(self, place, quantizer):
        self.make_weights(place)

    def make_weights(self, place):
        """Writes folder and GGUF file, which hold the same numbers."""
        folder, gguf = os.path.join(place.models, self.name), self.gguf(place)
        if os.path.exists(folder) and os.path.exists(gguf):
            return
        python = place.tools()
        say(f"writing {folder} and {gguf} (4.3 GB)")
        for path in (folder, folder + ".part"):
            shutil.rmtree(path, ignore_errors=True)
        place.run("models", [
            python, "scripts/bench/random_moe.py", "--tokenizer", default_gguf(),
            "--folder", folder + ".part", "--gguf", gguf + ".part"])
        os.rename(gguf + ".part", gguf)
        os.rename(folder + ".part", folder)


MODELS = {model.name: model for model in (SmolLM2(), MoE1B())}
