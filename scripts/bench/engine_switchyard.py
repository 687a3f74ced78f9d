"""Ours, by `benchmarks model`."""

import os

from engine import Engine, Result, Unavailable


class Switchyard(Engine):
    name = "ours"

    def set_up(self):
        for name in ("switchyard", "benchmarks"):
            if not os.path.exists(self.place.program(name)):
                raise Unavailable(f"{self.place.program(name)} is missing; run make build-all")

    def prepare(self, model):
        model.make_pack(self.place)

    def command(self, model, case):
        command = [
            self.place.program("benchmarks"), "model", "--model", model.pack(self.place),
            "--threads", str(self.place.threads), "--samples", str(case.repetitions), "--json"]
        if case.kind == "prefill":
            return [*command, "--prefill", str(case.tokens), "--decode", "0"]
        return [
            *command, "--prefill", "", "--decode", str(case.tokens), "--depth", str(case.depth),
            "--sequences", str(case.sequences)]

    def result(self, lines):
        return Result(lines[-1]["tokens_per_second"], lines[-1]["share"])
