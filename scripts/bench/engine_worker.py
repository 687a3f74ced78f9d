"""An engine that loads a model slowly: one process loads it and runs all cases of the model."""

import json
import os
import subprocess

import machine
from engine import Engine, Result, Unavailable


class WorkerEngine(Engine):
    """Cases go to the process as JSON lines, and their rates come back so; see worker.py."""

    process = None

    def worker_command(self, model):
        raise NotImplementedError

    def variables(self):
        """Variables of the environment that the worker gets."""
        return {}

    def start(self, model):
        path = os.path.join(self.place.logs, f"{self.name}.log")
        with open(path, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                self.worker_command(model), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=log, text=True, start_new_session=True,
                env={**os.environ, **self.variables()})
        self.answer()

    def stop(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def command(self, model, case):
        settings = [f"{name}={value}" for name, value in self.variables().items()]
        return [*settings, *self.worker_command(model), "<<<", f"'{case.text()}'"]

    def measure(self, model, case):
        try:
            self.process.stdin.write(case.text() + "\n")
            self.process.stdin.flush()
        except OSError as error:
            raise Unavailable("its process has ended") from error
        return Result(self.median(self.answer()["rates"]))

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            path = os.path.join(self.place.logs, f"{self.name}.log")
            raise Unavailable(f"its process ended; see {path}")
        return json.loads(line)

    def cpu_seconds(self):
        return machine.session_seconds(self.process.pid)
