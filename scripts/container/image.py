"""An image: a folder that is a root, and what its Dockerfile says about running it."""

import os
import pathlib
import subprocess
from dataclasses import dataclass, field

from dockerfile import Refusal
from mounts import mounted

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Image:
    """The fields are a Dockerfile's instructions; `binds` are shown to its build's steps only."""

    root: pathlib.Path
    binds: list = field(default_factory=list)
    environment: dict = field(default_factory=lambda: {"PATH": PATH})
    user: str = "0:0"
    folder: str = "/"
    entrypoint: list = field(default_factory=list)
    command: list = field(default_factory=list)
    health: list = field(default_factory=list)
    health_seconds: float = 30.0
    ports: list = field(default_factory=list)
    volumes: list = field(default_factory=list)
    stop_signal: str = "SIGTERM"

    def inside(self, path):
        """Where a path of the image, relative to its folder, lies on this machine."""
        return self.root / os.path.normpath(os.path.join(self.folder, path)).lstrip("/")

    def run(self, command, host, log):
        """Runs a shell's command in the root, with this machine's ways to packages; its output goes
        to a file, whose end is shown if it fails."""
        environment = {"HOME": "/root", **host.environment, **self.environment}
        with mounted(self.root, host.binds + self.binds), open(log, "wb") as output:
            done = subprocess.run(
                ["chroot", f"--userspec={self.user}", self.root, "/usr/bin/env",
                 f"--chdir={self.folder}", "/bin/sh", "-c", command],
                env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                check=False)
        # As by the apt configuration of Debian's images.
        for file in (self.root / "var/cache/apt").rglob("*.*"):
            if file.suffix in (".deb", ".bin"):
                file.unlink()
        if done.returncode != 0:
            text = pathlib.Path(log).read_text(encoding="utf-8", errors="replace")
            end = "\n".join(text.splitlines()[-20:])
            raise Refusal(f"RUN {command}\nended with {done.returncode}:\n{end}")

    def size(self):
        """The bytes of all files, each counted once, as an image's layers hold them."""
        seen, total = set(), 0
        for folder, _, files in os.walk(self.root):
            for name in files:
                status = os.lstat(os.path.join(folder, name))
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    total += status.st_size
        return total
