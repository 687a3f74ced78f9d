"""Requests that no honest client sends: each is refused clearly, and the server stays alive."""

import http.client
import json
import socket

from harness import chat_body

CHAT = "/v1/chat/completions"


def run(checks, server):
    with checks.section("bad requests"):
        requests(checks, server)
    with checks.section("bad bytes"):
        raw(checks, server)
    with checks.section("a body of 100 MB"):
        large_body(checks, server)
    checks.equal("after all of it the server answers", server.post(CHAT, chat_body("Hi"))[0], 200)


def requests(checks, server):
    deep = b'{"messages":' + b"[" * 100_000
    table = [
        ("malformed JSON", "POST", CHAT, b'{"messages": [', 400, "not JSON"),
        ("an empty body", "POST", CHAT, b"", 400, "body"),
        ("JSON 100,000 levels deep", "POST", CHAT, deep, 400, "deep"),
        ("bytes that are not UTF-8", "POST", CHAT, b'{"model":"\xff\xfe"}', 400, "UTF-8"),
        ("an array as body", "POST", CHAT, b"[]", 400, "object"),
        ("an unknown model", "POST", CHAT, chat_body("x", model="gpt-9"), 404, "gpt-9"),
        ("a model that is a number", "POST", CHAT, chat_body("x", model=5), 400, "model"),
        ("a too long prompt", "POST", CHAT, chat_body("word " * 20_000), 400, "context"),
        ("max_tokens -1", "POST", CHAT, chat_body("x", max_tokens=-1), 400, "max_tokens"),
        ("max_tokens 1e300", "POST", CHAT, chat_body("x", max_tokens=1e300), 400, "max_tokens"),
        ("max_tokens as text", "POST", CHAT, chat_body("x", max_tokens="9"), 400, "max_tokens"),
        ("n -1", "POST", CHAT, chat_body("x", n=-1), 400, "n"),
        ("n 1,000,000", "POST", CHAT, chat_body("x", n=1_000_000), 400, "n"),
        ("temperature -1", "POST", CHAT, chat_body("x", temperature=-1), 400, "temperature"),
        ("top_p 2", "POST", CHAT, chat_body("x", top_p=2), 400, "top_p"),
        ("logit_bias of no token", "POST", CHAT, chat_body("x", logit_bias={"99999999": 1}), 400,
         "logit_bias"),
        ("an unknown field", "POST", CHAT, chat_body("x", frobnicate=1), 400, "frobnicate"),
        ("a role nobody has", "POST", CHAT,
         {"messages": [{"role": "ghost", "content": "x"}]}, 400, "role"),
        ("a message without role", "POST", CHAT, {"messages": [{"content": "x"}]}, 400, "role"),
        ("token ids out of range", "POST", "/v1/completions",
         {"prompt": [1, -5, 1 << 40]}, 400, "prompt"),
        ("tools that no template reads", "POST", CHAT, chat_body(
            "x", tools=[{"type": "function", "function": {"name": "f"}}]), 400, "tools has no effect"),
        ("a template's variable that none reads", "POST", CHAT, chat_body(
            "x", chat_template_kwargs={"enable_thinking": False}), 400,
         "chat_template_kwargs.enable_thinking has no effect"),
        ("prompt for chat", "POST", CHAT, {"prompt": "x"}, 400, "/v1/completions takes it"),
        ("messages for completions", "POST", "/v1/completions", chat_body("x"), 400,
         "/v1/chat/completions takes it"),
        ("a misspelt content", "POST", CHAT, {"messages": [{"role": "user", "contnet": "x"}]}, 400,
         "did you mean 'content'?"),
        ("a wrong method", "PUT", CHAT, chat_body("x"), 405, "POST"),
        ("GET for POST", "GET", CHAT, None, 405, "POST"),
        ("an unknown path", "POST", "/v1/nothing", {}, 404, "/v1/nothing"),
        ("a path that climbs", "GET", "/../../etc/passwd", None, 404, ""),
    ]
    for name, method, path, body, status, word in table:
        found, answer = server.request(method, path, body, {"content-type": "application/json"})
        text = answer.decode(errors="replace")
        is_clear = False
        try:
            message = json.loads(text)["error"]["message"]
            is_clear = word in message and "\n" not in message and len(message) < 500
        except (ValueError, KeyError, TypeError):
            pass
        checks.check(
            f"{name} is refused by {status}", found == status and is_clear, (found, text[:300]))
    checks.check("bad requests leave the server alive", server.is_alive())
    limits(checks, server)


def limits(checks, server):
    """What the context cuts is told in the head."""
    for stream in (False, True):
        for tokens, told in ((5, False), (1_000_000, True)):
            body = json.dumps(chat_body("Hi", max_tokens=tokens, stream=stream, stop=["e", " ", "a"]))
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            connection.request("POST", CHAT, body)
            response = connection.getresponse()
            response.read()
            limit = response.getheader("x-max-tokens")
            connection.close()
            checks.check(
                f"max_tokens {tokens:,}{' of a stream' if stream else ''} is "
                f"{'told' if told else 'not told'} in the head",
                response.status == 200 and (limit is not None) == told
                and (limit is None or 0 < int(limit) < tokens), (response.status, limit))


def exchange(server, sent, seconds=10):
    """Sends bytes on a new connection and reads until the server closes it."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as connection:
        received = b""
        try:
            connection.sendall(sent)
            while part := connection.recv(65536):
                received += part
        except (ConnectionError, TimeoutError):
            pass
        return received


def raw(checks, server):
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
    many = b"".join(b"x-%d: y\r\n" % index for index in range(20_000))
    table = [
        ("a header of 1 MB", head + b"x-long: " + b"a" * (1 << 20) + b"\r\n\r\n", (431, 400)),
        ("20,000 headers", head + many + b"\r\n", (431, 400)),
        ("a target of 100 KB", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
         (414, 431, 400)),
        ("a NUL in a header", head + b"x-a: b\0c\r\n\r\n", (400,)),
        ("a header name with a space", head + b"x a: b\r\n\r\n", (400,)),
        ("a folded header", head + b"x-a: b\r\n c\r\n\r\n", (400,)),
        ("two Content-Lengths", head + b"content-length: 1\r\ncontent-length: 2\r\n\r\nab", (400,)),
        ("a Content-Length of -1", head + b"content-length: -1\r\n\r\n", (400,)),
        ("a Content-Length of 2^70", head + b"content-length: 1180591620717411303424\r\n\r\n",
         (400, 413)),
        ("both Content-Length and chunks",
         head + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", (400,)),
        ("a chunk size that is no number",
         head + b"transfer-encoding: chunked\r\n\r\nxyz\r\n", (400,)),
        ("a chunk of 2^64 bytes",
         head + b"transfer-encoding: chunked\r\n\r\n10000000000000000\r\n", (400, 413)),
        ("no Host", b"GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n", (400,)),
        ("two Hosts", b"GET /livez HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", (400,)),
        ("no HTTP at all", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500, (400, 0)),
        ("HTTP/3.7", b"GET /livez HTTP/3.7\r\nhost: x\r\n\r\n", (400, 505)),
        ("a broken HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 64, None),
    ]
    for name, sent, statuses in table:
        received = exchange(server, sent)
        if statuses is None:
            checks.check(f"{name} ends the connection", server.is_alive(), received[:100])
            continue
        status = int(received.split(b" ")[1]) if received.startswith(b"HTTP/1.1 ") else 0
        checks.check(
            f"{name} is refused ({status or 'closed'})", status in statuses,
            (status, received[:200]))
    checks.check("bad bytes leave the server alive", server.is_alive())


def large_body(checks, server):
    size = 100_000_000
    before = server.resident_bytes()
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    received = exchange(server, head + b"content-length: %d\r\n\r\n" % size + b"a" * 1_000_000)
    checks.check("a body announced as 100 MB is 413", b" 413 " in received[:20], received[:200])
    block = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
    received = exchange(server, head + b"transfer-encoding: chunked\r\n\r\n" + block * 96)
    # The server may reset a client that goes on sending; it must not keep what the client sent.
    checks.check(
        "100 MB in chunks are 413 or cut off", received == b"" or b" 413 " in received[:20],
        received[:200])
    grown = server.resident_bytes() - before
    checks.check("100 MB are not kept", grown < 80 << 20, f"{grown >> 20} MiB more")
    checks.check("large bodies leave the server alive", server.is_alive())
