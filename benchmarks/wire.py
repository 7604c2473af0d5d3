"""Questions over a bare socket, so that each byte of a request is ours: what the attack and the soak send."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence


def chat(texts: Sequence[str]) -> tuple[bytes, bytes]:
    """Head and body of a request for the Reply to the last of these messages of a visitor."""
    body = json.dumps({"messages": [{"role": "visitor", "text": text} for text in texts]}).encode()
    head = "POST /api/v1/chat HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode(), body


async def exchange(port: int, data: bytes) -> tuple[int, bytes, bytes]:
    """Send bytes over a connection of their own, read one answer: status (0 for none), head, body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        body = await reader.readexactly(length) if length else b""
        return int(head.split()[1]), head, body
    except (asyncio.IncompleteReadError, ConnectionError):
        return 0, b"", b""
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
