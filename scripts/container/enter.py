"""Becomes the first process of a container: enter.py SPECIFICATION (JSON; see container.py). It runs
in new namespaces for mounts, network and processes, which end with it."""

import ctypes
import fcntl
import json
import os
import socket
import struct
import sys

import mounts

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
PR_SET_NO_NEW_PRIVS = 38


def bring_loopback_up():
    """The container's network is its loopback interface alone."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as endpoint:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack_from("H", fcntl.ioctl(endpoint, SIOCGIFFLAGS, request), 16)[0]
        fcntl.ioctl(endpoint, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def main():
    wanted = json.loads(sys.argv[1])
    root = wanted["root"]
    mounts.bind(root, root)
    for source, target, writable in wanted["binds"]:
        mounts.bind(source, root + target, writable=writable)
    mounts.system(root)
    bring_loopback_up()
    os.chroot(root)
    os.chdir(wanted["folder"])
    os.setgroups([])
    os.setgid(wanted["group"])
    os.setuid(wanted["user"])
    # Without it a set-user-id program could get back what was given up.
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.execvpe(wanted["command"][0], wanted["command"], wanted["environment"])


main()
