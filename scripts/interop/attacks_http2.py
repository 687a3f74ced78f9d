"""Hostile and slow HTTP/2 clients, with raw frames by hyperframe and hpack.

While they are at it, `/livez` is asked on other connections and must answer at once.
"""

import concurrent.futures
import socket
import threading
import time

import hpack
from hyperframe.frame import (
    ContinuationFrame, DataFrame, Frame, GoAwayFrame, HeadersFrame, PingFrame, RstStreamFrame,
    SettingsFrame, WindowUpdateFrame,
)

from harness import Server, wait_until

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEALTH_SECONDS = 0.05
LAST = (1 << 31) - 1


class Peer:
    """One connection that sends what it is told to."""

    def __init__(self, port, settings=None, receive_bytes=None, opens=True):
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", port))
        self.encoder = hpack.Encoder()
        self.decoder = hpack.Decoder()
        self.received = bytearray()
        self.is_open = True
        if opens:
            self.send(PREFACE, SettingsFrame(0, settings=settings or {}))

    def send(self, *parts):
        self.socket.sendall(
            b"".join(part if isinstance(part, bytes) else part.serialize() for part in parts))

    def fields(self, method="GET", path="/livez", *more):
        return self.encoder.encode(
            [(":method", method), (":scheme", "http"), (":authority", "localhost"),
             (":path", path), *more])

    def request(
        self, stream, method="GET", path="/livez", *more, flags=("END_HEADERS", "END_STREAM")):
        self.send(HeadersFrame(stream, self.fields(method, path, *more), flags=flags))

    def take(self, seconds, count=1 << 16):
        """The frames of the next read; none at the end, or if nothing comes in the time."""
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(count)
        except TimeoutError:
            return []
        except OSError:
            data = b""
        if not data:
            self.is_open = False
        self.received += data
        frames = []
        while len(self.received) >= 9:
            frame, length = Frame.parse_frame_header(memoryview(bytes(self.received[:9])))
            if len(self.received) < 9 + length:
                break
            frame.parse_body(memoryview(bytes(self.received[9:9 + length])))
            del self.received[:9 + length]
            if isinstance(frame, HeadersFrame):
                frame.fields = dict(self.decoder.decode(frame.data))
            frames.append(frame)
        return frames

    def until(self, wanted, seconds):
        """The frames up to the first one for which `wanted` is true, or until the time is over."""
        deadline = time.monotonic() + seconds
        frames = []
        while self.is_open and time.monotonic() < deadline:
            frames += self.take(max(0.01, deadline - time.monotonic()))
            if any(wanted(frame) for frame in frames):
                break
        return frames

    def close(self):
        self.socket.close()


def is_goaway(frame):
    return isinstance(frame, GoAwayFrame)


def ends(stream):
    def test(frame):
        return frame.stream_id == stream and (
            "END_STREAM" in frame.flags or isinstance(frame, RstStreamFrame))
    return test


def status(frames, stream):
    for frame in frames:
        if isinstance(frame, HeadersFrame) and frame.stream_id == stream:
            return frame.fields.get(":status")
    return None


class Health:
    """Asks `/livez` on kept connections while the `with` block runs."""

    def __init__(self, server):
        self.server = server
        self.seconds = []
        self.wrong = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def _ask(self):
        while not self._ended.is_set():
            start = time.monotonic()
            try:
                if self.server.get("/livez")[0] != 200:
                    self.wrong.append("not 200")
            except OSError as error:
                self.wrong.append(repr(error))
            self.seconds.append(time.monotonic() - start)
            time.sleep(0.01)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def check(self, checks, name):
        # One in twenty may be slow because of other work on the machine.
        late = sorted(self.seconds)[-1 - len(self.seconds) // 20]
        checks.check(
            f"{name}: /livez answers meanwhile ({late * 1000:.0f} ms, {len(self.seconds)} asked)",
            late < HEALTH_SECONDS and not self.wrong, self.wrong[:3])


def run(checks, model, label):
    with Server(model, "--quiet", "--memory", "2GiB") as server:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            slow = [pool.submit(slow_reader, server), pool.submit(deaf_reader, server)]
            for attack in (field_bombs, refused_streams, unread_goaway, window_debt):
                name = f"{label}: {attack.__name__.replace('_', ' ')}"
                with checks.section(name), Health(server) as health:
                    attack(checks, server, name)
                health.check(checks, name)
            for name, future in zip(("a slow reader gets all", "a deaf reader is cut off"), slow):
                with checks.section(f"{label}: {name}"):
                    holds, detail = future.result()
                    checks.check(f"{label}: {name}", holds, detail)
        with checks.section(f"{label}: drain"):
            drain(checks, server, f"{label}: drain")


def large_fields(peer, references, *request):
    """A field of 4 KB, and many references to it of one byte each."""
    entry = b"\x40\x01a\x7f\xa1\x1e" + b"b" * 4000
    return peer.fields(*request) + entry + b"\xbe" * references


def field_bombs(checks, server, name):
    """147 KB of table references of one byte each, again and again."""
    block = large_fields(Peer(server.port, opens=False), 140_000)
    parts = [block[start:start + 16_384] for start in range(0, len(block), 16_384)]
    frames = [HeadersFrame(1, parts[0], flags=["END_STREAM"])]
    frames += [ContinuationFrame(1, part) for part in parts[1:]]
    frames[-1].flags.add("END_HEADERS")
    codes = set()
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        peer = Peer(server.port)
        try:
            peer.send(*frames)
        except OSError:
            pass
        codes |= {frame.error_code for frame in peer.until(is_goaway, 2) if is_goaway(frame)}
        peer.close()
    checks.equal(f"{name}: each ends its connection", codes, {11})


def refused_streams(checks, server, name):
    """Requests with too large a head and a body that does not end, many times."""
    peers = [Peer(server.port) for _ in range(40)]
    for peer in peers:
        block = large_fields(peer, 9, "POST", "/v1/completions")
        peer.send(HeadersFrame(1, block, flags=["END_HEADERS"]))
    answers = [status(peer.until(lambda frame: isinstance(frame, DataFrame), 3), 1) for peer in peers]
    checks.equal(f"{name}: answered", set(answers), {"431"})
    resets = [
        any(isinstance(frame, RstStreamFrame) and frame.error_code == 0
            for frame in peer.until(ends(1), 8))
        for peer in peers
    ]
    checks.check(f"{name}: no stream is kept for its client", all(resets), resets)
    for peer in peers:
        peer.close()


def unread_goaway(checks, server, name):
    """A client that goes on sending after GOAWAY."""
    peer = Peer(server.port)
    peer.send(b"\0\0\1\0\0\0\0\0\0x")  # DATA on stream 0
    codes = [frame.error_code for frame in peer.until(is_goaway, 3) if is_goaway(frame)]
    checks.equal(f"{name}: GOAWAY", codes, [1])
    sent, ping = 0, PingFrame(0, opaque_data=b"12345678").serialize() * 4096
    start = time.monotonic()
    peer.socket.settimeout(5)
    try:
        while sent < 1 << 26 and time.monotonic() - start < 10:
            sent += peer.socket.send(ping)
    except OSError:
        pass
    # Bytes in the sockets' buffers count as sent, too.
    checks.check(f"{name}: {sent >> 10} KiB taken afterwards", sent < 12 << 20)
    peer.close()


def window_debt(checks, server, name):
    """RFC 9113 §6.9.2: a stream whose window is below zero sends nothing until it is above."""
    peer = Peer(server.port, {SettingsFrame.INITIAL_WINDOW_SIZE: 2000})
    peer.request(1, "GET", "/metrics")

    def data(seconds=0.3):
        frames = peer.until(lambda frame: False, seconds)
        return sum(len(frame.data) for frame in frames if isinstance(frame, DataFrame))

    steps = [
        ("as much as the window", 2000, []),
        ("nothing below zero", 0, [SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 500})]),
        ("nothing for a part", 0, [WindowUpdateFrame(1, window_increment=1400)]),
        ("nothing at zero", 0, [WindowUpdateFrame(1, window_increment=100)]),
        ("the difference", 77, [WindowUpdateFrame(1, window_increment=77)]),
    ]
    for step, count, frames in steps:
        peer.send(*frames)
        checks.equal(f"{name}: {step}", data(), count)
    peer.close()


def slow_reader(server):
    """Four answers at 4 KB per second, by the windows: none is cut off, each is complete."""
    peer = Peer(server.port, {SettingsFrame.INITIAL_WINDOW_SIZE: 8192})
    streams = [1, 3, 5, 7]
    for stream in streams:
        peer.request(stream, "GET", "/metrics")
    lengths, taken, owed, ended = {}, dict.fromkeys(streams, 0), {}, set()
    start = time.monotonic()
    next_window = start + 2
    while len(ended) < len(streams) and peer.is_open and time.monotonic() - start < 60:
        for frame in peer.take(0.2):
            stream = frame.stream_id
            if isinstance(frame, HeadersFrame):
                lengths[stream] = int(frame.fields.get("content-length", -1))
            elif isinstance(frame, DataFrame):
                taken[stream] += len(frame.data)
                owed[stream] = owed.get(stream, 0) + len(frame.data)
            if ends(stream)(frame):
                ended.add(stream)
        quick = time.monotonic() - start > 16
        if time.monotonic() >= next_window and owed:
            stream = next(iter(owed))
            count = owed.pop(stream)
            next_window = time.monotonic() + (0 if quick else 2)
            peer.send(WindowUpdateFrame(0, window_increment=count))
            if stream not in ended:
                peer.send(WindowUpdateFrame(stream, window_increment=count))
    peer.close()
    return taken == lengths and ended == set(streams), (taken, lengths, ended)


def deaf_reader(server):
    """A client that opens no window: its stream is reset, its connection stays open."""
    peer = Peer(server.port, {SettingsFrame.INITIAL_WINDOW_SIZE: 1000})
    peer.request(1, "GET", "/metrics")
    start = time.monotonic()
    frames = peer.until(ends(1), 25)
    took = time.monotonic() - start
    peer.request(3)
    answer = status(peer.until(ends(3), 3), 3)
    peer.close()
    is_reset = any(isinstance(frame, RstStreamFrame) for frame in frames)
    return is_reset and 9 < took < 20 and answer == "200", (is_reset, took, answer)


def drain(checks, server, name):
    """SIGTERM with clients that answer nothing and keep everything open."""
    idle = Peer(server.port)
    half = Peer(server.port)
    half.send(HeadersFrame(1, half.fields(), flags=["END_STREAM"]))
    polite = Peer(server.port)
    for peer in (idle, half, polite):
        peer.take(1)
    server.terminate()
    start = time.monotonic()
    for frame in polite.until(lambda frame: isinstance(frame, PingFrame), 3):
        if isinstance(frame, PingFrame):
            polite.send(PingFrame(0, opaque_data=frame.opaque_data, flags=["ACK"]))
    polite.until(lambda frame: False, 3)
    checks.check(
        f"{name}: at once for a client that answers", time.monotonic() - start < 0.9,
        time.monotonic() - start)
    told = idle.until(lambda frame: not idle.is_open, 6)
    kinds = [
        (type(frame).__name__, getattr(frame, "last_stream_id", None)) for frame in told
        if isinstance(frame, (GoAwayFrame, PingFrame))
    ]
    checks.equal(
        f"{name}: the notice, a PING, the end",
        kinds, [("GoAwayFrame", LAST), ("PingFrame", None), ("GoAwayFrame", 0)])
    ended = wait_until(lambda: server.process.poll() is not None, 10)
    checks.check(
        f"{name}: ends whatever clients keep open", ended is not None and time.monotonic() - start < 6,
        time.monotonic() - start)
    for peer in (idle, half, polite):
        peer.close()
