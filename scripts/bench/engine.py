"""What all engines have in common: ours and its peers."""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys


class Unavailable(Exception):
    """An engine cannot be installed, or cannot run a model; says why."""


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


class Place:
    """Where everything lies; paths are relative to the repository's root."""

    def __init__(self, build, folder, threads):
        self.build = build
        self.folder = folder
        self.models = os.path.join(folder, "models")
        self.logs = os.path.join(folder, "logs")
        self.threads = threads
        for path in (self.models, self.logs):
            os.makedirs(path, exist_ok=True)

    def program(self, name):
        return os.path.join(self.build, name)

    def in_folder(self, *parts):
        return os.path.join(self.folder, *parts)

    def run(self, log, command, **options):
        """Runs a command; what it prints goes to a log that a failure names."""
        path = os.path.join(self.logs, f"{log}.log")
        with open(path, "a", encoding="utf-8") as file:
            print(f"$ {' '.join(command)}", file=file, flush=True)
            try:
                subprocess.run(
                    command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=True,
                    **options)
            except (OSError, subprocess.CalledProcessError) as error:
                raise Unavailable(f"{os.path.basename(command[0])} failed; see {path}") from error

    def environment(self, name, packages):
        """A Python environment with these packages, made unless it is there; returns its Python."""
        folder = self.in_folder(name)
        python = os.path.join(folder, "bin", "python")
        stamp = os.path.join(folder, "packages.txt")
        wanted = "\n".join(packages) + "\n"
        if os.path.exists(stamp) and open(stamp, encoding="utf-8").read() == wanted:
            return python
        say(f"installing {', '.join(packages)} into {folder}")
        shutil.rmtree(folder, ignore_errors=True)
        self.run(name, [sys.executable, "-m", "venv", folder])
        self.run(name, [python, "-m", "pip", "install", "--disable-pip-version-check", *packages])
        with open(stamp, "w", encoding="utf-8") as file:
            file.write(wanted)
        return python

    def tools(self):
        """The environment with what builds the peers and makes the models."""
        return self.environment("tools", ["cmake==4.4.5", "ninja==1.13.2", "gguf==0.19.0"])


class Result:
    """What one run of a case says: tokens a second, and for ours the share of the limit."""

    def __init__(self, rate, share=None):
        self.rate = rate
        self.share = share


class Engine:
    """An engine that a fresh process runs for every case."""

    name = ""

    def __init__(self, place):
        self.place = place
        self.version = ""

    def set_up(self):
        """Installs what is missing; throws `Unavailable`."""

    def prepare(self, model):
        """Makes the model's files for this engine unless they are there; throws `Unavailable`."""

    def start(self, model):
        """Called before the cases of a model."""

    def stop(self):
        """Called after them."""

    def command(self, model, case):
        raise NotImplementedError

    def result(self, lines):
        """Reads the JSON lines that a run printed."""
        raise NotImplementedError

    def measure(self, model, case):
        command = self.command(model, case)
        path = os.path.join(self.place.logs, f"{self.name}.log")
        with open(path, "a", encoding="utf-8") as log:
            print(f"$ {' '.join(command)}", file=log, flush=True)
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
                check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode != 0 or not lines:
            raise Unavailable(f"exit status {done.returncode}; see {path}")
        return self.result(lines)

    def cpu_seconds(self):
        """CPU seconds of this engine's processes so far, for a difference over one run."""
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    def median(self, rates):
        return statistics.median(rates)
