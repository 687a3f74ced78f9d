"""Streaming clients on plain sockets: fast, and able to leave in the middle of a stream."""

import asyncio
import json
import socket
import struct

import h2.config
import h2.connection
import h2.events


class Broken(Exception):
    """A response that is incomplete or not 200."""


def request_bytes(path, body, keeps=True):
    text = json.dumps(body).encode()
    return (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"content-length: {len(text)}\r\nconnection: {'keep-alive' if keeps else 'close'}\r\n\r\n"
    ).encode() + text


class HTTP1Client:
    """A kept connection; one request at a time."""

    def __init__(self, port):
        self.port = port
        self.reader = self.writer = None

    async def stream(self, path, body):
        """The whole body of a streamed answer."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(
                "127.0.0.1", self.port, limit=1 << 22)
        self.writer.write(request_bytes(path, body))
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = head.split(b" ", 2)[1]
        if status != b"200" or b"transfer-encoding: chunked" not in head.lower():
            raise Broken(head + await self.reader.read(500))
        parts = []
        while True:
            size = int(await self.reader.readline(), 16)
            part = await self.reader.readexactly(size + 2)
            if size == 0:
                return b"".join(parts)
            parts.append(part[:-2])

    async def close(self):
        if self.writer is not None:
            self.writer.close()
            self.writer = None


class HTTP2Client:
    """An HTTP/2 connection with prior knowledge; one request at a time, or many that are reset."""

    def __init__(self, port):
        self.port = port
        self.reader = self.writer = None
        self.session = None

    async def open(self):
        if self.writer is not None:
            return
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.session = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self.session.initiate_connection()
        self.session.increment_flow_control_window(1 << 24)

    def send(self, path, body):
        text = json.dumps(body).encode()
        stream = self.session.get_next_available_stream_id()
        self.session.send_headers(stream, [
            (":method", "POST"), (":scheme", "http"), (":authority", "localhost"),
            (":path", path), ("content-type", "application/json"),
        ])
        self.session.send_data(stream, text, end_stream=True)
        return stream

    async def receive(self):
        """The events of what arrives next."""
        self.writer.write(self.session.data_to_send())
        await self.writer.drain()
        data = await self.reader.read(1 << 16)
        if not data:
            raise Broken("the server closed the connection")
        events = self.session.receive_data(data)
        for event in events:
            if isinstance(event, h2.events.DataReceived) and event.flow_controlled_length:
                self.session.acknowledge_received_data(
                    event.flow_controlled_length, event.stream_id)
        self.writer.write(self.session.data_to_send())
        return events

    async def stream(self, path, body):
        await self.open()
        stream = self.send(path, body)
        parts, status = [], None
        while True:
            for event in await self.receive():
                if isinstance(event, h2.events.ResponseReceived):
                    status = dict(event.headers)[":status"]
                elif isinstance(event, h2.events.DataReceived) and event.stream_id == stream:
                    parts.append(event.data)
                elif isinstance(event, h2.events.StreamReset):
                    raise Broken(f"stream reset: {event}")
                elif isinstance(event, h2.events.ConnectionTerminated):
                    raise Broken(f"connection ended: {event}")
                elif isinstance(event, h2.events.StreamEnded) and event.stream_id == stream:
                    if status != "200":
                        raise Broken((status, b"".join(parts)[:500]))
                    return b"".join(parts)

    async def reset_streams(self, path, body, count):
        """Begins `count` streams and resets each at its first data. Returns how many began."""
        await self.open()
        open_streams = {self.send(path, body) for _ in range(count)}
        begun = 0
        while open_streams:
            for event in await self.receive():
                if isinstance(event, h2.events.DataReceived) and event.stream_id in open_streams:
                    open_streams.discard(event.stream_id)
                    self.session.reset_stream(event.stream_id, error_code=8)
                    begun += 1
                elif isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated)):
                    raise Broken(f"{event}")
        self.writer.write(self.session.data_to_send())
        await self.writer.drain()
        return begun

    async def close(self):
        if self.writer is not None:
            self.writer.close()
            self.writer = None


async def disconnect(port, path, body, resets):
    """Begins a stream over HTTP/1.1 and closes at its first data, by RST or by FIN. Returns
    whether it had begun."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request_bytes(path, body))
    received = b""
    while b"data: " not in received:
        part = await reader.read(4096)
        if not part:
            break
        received += part
    if resets:
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()
    return b"data: " in received
