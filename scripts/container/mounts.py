"""Mounts in a folder that is to be a root. The check runs in a namespace of its own, so none of them
outlives it."""

import contextlib
import os
import pathlib
import subprocess

DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


def bind(source, target, *, writable=False):
    """Shows a file or folder at another place."""
    mount("-o", "bind" if writable else "bind,ro", source, target)


def place(root, target, like=None):
    """Where an absolute path lies in a root, made if it is missing (a file if `like` is one), and
    what was made for it, to be removed by `remove`."""
    path = pathlib.Path(root) / str(target).lstrip("/")
    made = []
    missing = [folder for folder in [path, *path.parents] if not folder.exists()]
    for folder in reversed(missing):
        if folder == path and like is not None and pathlib.Path(like).is_file():
            folder.touch()
        else:
            folder.mkdir()
        made.append(folder)
    return path, made


def remove(made):
    """Removes the empty files and folders that `place` made, unless something came into them."""
    for path in reversed(made):
        with contextlib.suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()


def system(root):
    """Mounts what every container has: /proc, /sys and a small /dev. Returns the mount points."""
    root = pathlib.Path(root)
    mount("-t", "proc", "-o", "nosuid,nodev,noexec", "proc", root / "proc")
    mount("-t", "sysfs", "-o", "ro,nosuid,nodev,noexec", "sysfs", root / "sys")
    mount("-t", "tmpfs", "-o", "nosuid,mode=755", "tmpfs", root / "dev")
    for name in DEVICES:
        (root / "dev" / name).touch()
        bind(f"/dev/{name}", root / "dev" / name, writable=True)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{number}", root / "dev" / name)
    os.symlink("/proc/self/fd", root / "dev/fd")
    (root / "dev/shm").mkdir()
    mount("-t", "tmpfs", "-o", "nosuid,nodev,noexec,size=64m", "shm", root / "dev/shm")
    return [root / "dev", root / "sys", root / "proc"]


@contextlib.contextmanager
def mounted(root, binds):
    """A root with the system's folders and `binds`, a list of (source, target), while the block
    runs; nothing of them is left in it."""
    made, points = [], []
    try:
        for source, target in binds:
            path, new = place(root, target, like=source)
            made += new
            bind(source, path)
            points.insert(0, path)
        points = system(root) + points
        yield
    finally:
        for point in points:
            subprocess.run(["umount", "--recursive", str(point)], check=True)
        remove(made)
