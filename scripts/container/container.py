"""Runs an image as a container engine would: `docker run --read-only --cap-drop=ALL
--security-opt=no-new-privileges --network=none`."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import mounts

HERE = pathlib.Path(__file__).resolve().parent


class Container:
    """A running image; ends with the `with` block. Its program is process 1 of its namespace."""

    def __init__(self, image, work, *, environment=None, binds=(), arguments=None):
        """`binds` are (source, target); `arguments` take the place of the image's CMD."""
        self.image = image
        self.environment = {**image.environment, **(environment or {})}
        self.user, self.group = (int(number) for number in image.user.split(":"))
        self.volumes = [self._volume(pathlib.Path(work), path) for path in image.volumes]
        pairs = [(str(source), target, False) for source, target in binds] + self.volumes
        for source, target, _ in pairs:
            mounts.place(image.root, target, like=source)
        specification = {
            "root": str(image.root), "binds": pairs, "folder": image.folder, "user": self.user,
            "group": self.group, "environment": self.environment,
            "command": image.entrypoint + (image.command if arguments is None else arguments),
        }
        self.log = pathlib.Path(work) / "container.log"
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child=KILL",
                 sys.executable, "-B", HERE / "enter.py", json.dumps(specification)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def _volume(self, work, path):
        """A new volume: it begins as the image's folder of that path, its owner too."""
        source = work / ("volume" + path.replace("/", "-"))
        if not source.exists():
            subprocess.run(["cp", "-a", str(self.image.root) + path, source], check=True)
        return (str(source), path, True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    @property
    def lines(self):
        """What the program wrote."""
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()

    @property
    def pid(self):
        """The program's number outside of its namespace; None when it has ended."""
        own = self.process.pid
        try:
            children = pathlib.Path(f"/proc/{own}/task/{own}/children").read_text(encoding="ascii")
        except OSError:
            return None
        return int(children.split()[0]) if children.split() else None

    def status(self):
        """The program's /proc/PID/status."""
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return dict(re.findall(r"^(\w+):\s*(.*)$", text, re.MULTILINE))

    def execute(self, command, seconds):
        """Runs another command in the container, as `docker exec` and a health check do; returns
        its exit status and what it wrote. 124 when the time is over."""
        if self.pid is None:
            return 125, "the container has ended"
        variables = [f"{name}={value}" for name, value in self.environment.items()]
        try:
            done = subprocess.run(
                ["nsenter", f"--target={self.pid}", "--mount", "--net", "--pid", "--root", "--wd",
                 f"--setgid={self.group}", f"--setuid={self.user}", "/usr/bin/env", "-i",
                 *variables, *command],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds,
                check=False)
        except subprocess.TimeoutExpired:
            return 124, f"took more than {seconds} s"
        return done.returncode, (done.stdout + done.stderr).strip()

    def curl(self, *arguments, seconds=30):
        """curl of this machine in the container's network: status and body."""
        done = subprocess.run(
            ["nsenter", f"--target={self.pid}", "--net", "curl", "--silent", "--show-error",
             "--noproxy", "*", "--max-time", str(seconds), "--write-out", "\n%{http_code}",
             *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        body, _, status = done.stdout.rpartition("\n")
        return int(status or 0), body or done.stderr

    def stop(self, seconds):
        """Sends the image's stop signal; returns the exit status, None for a program that does not
        end in time, and how long it took."""
        start = time.monotonic()
        os.kill(self.pid, signal.Signals[self.image.stop_signal])
        return self.wait(seconds), time.monotonic() - start

    def wait(self, seconds):
        """The exit status; None when the program has not ended in time."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
