"""Stand-ins for the official images that a FROM names, made of Debian's packages by debootstrap."""

import os
import pathlib
import re
import shutil
import subprocess

from dockerfile import Refusal
from host import swift_toolchain
from image import Image

# What the official Swift image adds to Debian, as far as its toolchain and the linker use it. The
# image has more, so a step that works here has what it needs there.
SWIFT_PACKAGES = (
    "binutils", "git", "libcurl4", "libedit2", "libncurses6", "libsqlite3-0", "libstdc++-12-dev",
    "libxml2", "tzdata")
TOOLCHAIN = "/opt/toolchain"

# What Debian's slim images leave out, also of packages that are installed later.
SLIM = """path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/groff/*
path-exclude /usr/share/info/*
path-exclude /usr/share/linda/*
path-exclude /usr/share/lintian/*
path-exclude /usr/share/locale/*
path-include /usr/share/locale/locale.alias
path-exclude /usr/share/man/*
"""


class Bases:
    """Makes base images below a folder; Debian is unpacked once."""

    def __init__(self, work, host):
        self.work = pathlib.Path(work)
        self.host = host

    def image(self, name, root):
        """The image that FROM `name` means, in the new folder `root`."""
        if found := re.fullmatch(r"debian:([a-z]+)-slim", name):
            self._copy(self._debian(found[1]), root)
            return Image(root)
        if found := re.fullmatch(r"swift:([0-9.]+)-([a-z]+)", name):
            return self._swift(found[1], self._debian(found[2]), root)
        raise Refusal(
            f"FROM {name}: the check has stand-ins for debian:RELEASE-slim and "
            "swift:VERSION-RELEASE only")

    def _debian(self, codename):
        folder = self.work / f"debian-{codename}"
        if not folder.exists():
            log = self.work / "debootstrap.log"
            with open(log, "w", encoding="utf-8") as output:
                done = subprocess.run(
                    ["debootstrap", "--variant=minbase", codename, folder,
                     self.host.mirror(codename)],
                    stdout=output, stderr=output, check=False)
            if done.returncode != 0:
                lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
                raise Refusal("debootstrap failed: " + "\n".join(lines[-10:]))
            self._slim(folder)
        return folder

    def _slim(self, root):
        """Leaves out what the official slim image does."""
        (root / "etc/dpkg/dpkg.cfg.d/docker").write_text(SLIM, encoding="utf-8")
        for name in ("groff", "info", "linda", "lintian", "locale", "man"):
            shutil.rmtree(root / "usr/share" / name, ignore_errors=True)
        for folder, _, files in os.walk(root / "usr/share/doc", topdown=False):
            for name in files:
                if name != "copyright":
                    os.unlink(os.path.join(folder, name))
            if not os.listdir(folder):
                os.rmdir(folder)
        for path in ("var/lib/apt/lists", "var/cache/apt", "var/cache/debconf", "var/log"):
            for file in (root / path).rglob("*"):
                keeps = path == "var/cache/debconf" and not file.name.endswith("-old")
                if not file.is_dir() and not keeps:
                    file.unlink()

    def _swift(self, wanted, debian, root):
        toolchain, version = swift_toolchain()
        if version != wanted:
            raise Refusal(f"FROM swift:{wanted}-…: Swift {version} is on this machine")
        self._copy(debian, root)
        image = Image(root, binds=[(toolchain, TOOLCHAIN)])
        image.environment["PATH"] = f"{TOOLCHAIN}/bin:" + image.environment["PATH"]
        image.run(
            "export DEBIAN_FRONTEND=noninteractive && apt-get -q update && apt-get -q install -y "
            f"--no-install-recommends {' '.join(SWIFT_PACKAGES)} && rm -rf /var/lib/apt/lists/*",
            self.host, self.work / "swift.log")
        return image

    @staticmethod
    def _copy(source, target):
        subprocess.run(["cp", "-a", "--reflink=auto", source, target], check=True)
