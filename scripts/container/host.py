"""How this machine reaches packages: its settings of apt, git, SwiftPM and pip, its proxies and its
certificates. Steps of a build may use them, as they would a builder's proxy; no image keeps any."""

import os
import pathlib
import shutil
import subprocess

from dockerfile import Refusal

PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy")
# Variables by which programs find certificates.
CERTIFICATES = (
    "SSL_CERT_FILE", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT")
FILES = ("/etc/apt", "/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf")
# The home of the user that a Dockerfile's steps run as until USER names another.
STEPS_HOME = "/root"
HOME_FILES = (".config/pip/pip.conf", ".pip/pip.conf", ".swiftpm/configuration/mirrors.json")


class Host:
    """Environment and (source, target) pairs for the steps of a build."""

    def __init__(self):
        self.environment = {}
        self.binds = [(path, path) for path in FILES if os.path.exists(path)]
        home = pathlib.Path.home()
        self.binds += [
            (home / path, f"{STEPS_HOME}/{path}") for path in HOME_FILES if (home / path).exists()]
        self._take_environment()
        self._take_git()

    def _take_environment(self):
        for name, value in os.environ.items():
            if name.lower() in PROXIES or (name.startswith("PIP_") and name not in CERTIFICATES):
                self.environment[name] = value
                self._bind_folder(value)
        for name in CERTIFICATES:
            if name in os.environ and os.path.isfile(os.environ[name]):
                # Beside the image's own, which packages may write.
                target = "/run/host-certificates/" + name
                self.environment[name] = target
                self.binds.append((os.environ[name], target))

    def _take_git(self):
        """Where git really looks for an address, and how."""
        found = subprocess.run(
            ["git", "config", "--list", "--null"], capture_output=True, text=True, cwd="/",
            check=False).stdout
        entries = [
            entry.partition("\n") for entry in found.split("\0")
            if entry.split(".")[0] in ("url", "http", "protocol")]
        if not entries:
            return
        self.environment["GIT_CONFIG_COUNT"] = str(len(entries))
        for index, (key, _, value) in enumerate(entries):
            self.environment[f"GIT_CONFIG_KEY_{index}"] = key
            self.environment[f"GIT_CONFIG_VALUE_{index}"] = value
            if key.startswith("url.") and key.endswith(".insteadof"):
                self._bind_folder(key.removeprefix("url.").removesuffix(".insteadof"))

    def _bind_folder(self, path):
        path = path.removeprefix("file://").rstrip("/")
        if path.startswith("/") and os.path.isdir(path) and (path, path) not in self.binds:
            self.binds.append((path, path))

    def mirror(self, codename):
        """Where apt gets this release of Debian from."""
        targets = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)",
             "Created-By: Packages"], capture_output=True, text=True, check=True).stdout
        for line in targets.splitlines():
            release, component, address = line.split(" ", 2)
            if (release, component) == (codename, "main"):
                return address
        raise Refusal(f"apt has no source for {codename} main on this machine; add one to /etc/apt")


def swift_toolchain():
    """The folder that holds the Swift on PATH (bin/swift lies in it), and its version."""
    swift = shutil.which("swift")
    if swift is None:
        raise Refusal("'swift' is not on PATH; scripts/lib.sh says where to get it")
    text = subprocess.run(
        [swift, "--version"], capture_output=True, text=True, check=True).stdout
    version = text.partition("Swift version ")[2].split(" ")[0]
    return pathlib.Path(os.path.realpath(swift)).parents[1], version
