"""Rates of several machines together, without an address in the storage, and without it when it cannot be reached."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis
from starlette.testclient import TestClient

from tests.web.conftest import Connect
from web.limits import RateLimits, Refused
from web.settings import ServiceSettings, SettingsError, check, shown

SECRET = "a secret of all our machines"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """The address of a Redis of this test alone."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("needs redis-server on the path")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if "Ready to accept connections" in line:
            break
    yield f"redis://127.0.0.1:{port}"
    process.terminate()
    process.communicate(timeout=10)


def settings(storage: str, secret: str | None = SECRET) -> ServiceSettings:
    return ServiceSettings(rate_storage=storage, rate_secret=secret, rate_per_minute=2)


@pytest.mark.usefixtures("one_minute")
def test_machines_that_share_a_storage_count_together(redis: str) -> None:
    async def run() -> list[Refused | None]:
        one, other = RateLimits(settings(redis)), RateLimits(settings(redis))
        results = [await limits.refuse("chat", "203.0.113.9") for limits in (one, other, one)]
        results.append(await other.refuse("chat", "203.0.113.10"))
        assert not one.degraded
        await one.close()
        await other.close()
        return results

    # On a thread of its own: a browser test may have left a loop running on this one.
    with ThreadPoolExecutor(1) as pool:
        results = pool.submit(asyncio.run, run()).result()
    assert [result is None for result in results] == [True, True, False, True]
    with Redis.from_url(redis, decode_responses=True) as client:
        stored = client.keys("*")
    assert stored
    assert "203.0.113" not in str(stored)


@pytest.mark.usefixtures("one_minute")
def test_a_storage_that_cannot_be_reached_costs_nobody_an_answer(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.limits._AGAIN_SECONDS", 3600.0)
    client: TestClient = connect(settings("redis://127.0.0.1:1"))
    body = {"messages": [{"role": "visitor", "text": "hello"}]}
    statuses = [client.post("/api/v1/chat", json=body).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert client.get("/readyz").json()["degraded"] == ["rates_of_this_process_only"]
    assert 'footnote_degraded{part="rates_of_this_process_only"} 1.0' in client.get("/metrics").text


def test_a_shared_storage_needs_a_secret_in_production() -> None:
    finished = {"mode": "production", "region": "uk", "allowed_hosts": ("a.example",), "contact": "Call us."}
    storage = {"rate_storage": "rediss://:password@redis.example:6379"}
    with pytest.raises(SettingsError, match="rate_secret is not set"):
        check(ServiceSettings(**finished, **storage))  # type: ignore[arg-type]  # a mapping of mixed values
    check(ServiceSettings(**finished, **storage, rate_secret=SECRET))  # type: ignore[arg-type]


def test_secrets_are_not_printed() -> None:
    assert shown("rate_secret", SECRET) == "***"
    assert shown("rate_secret", None) is None
    assert shown("rate_storage", "redis://me:password@host:1/0") == "redis://***@host:1/0"
    assert shown("rate_storage", "memory://") == "memory://"
    assert shown("port", 8000) == 8000


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"region": "atlantis"}, "not known"),
        ({"site_url": "http://clinic.example"}, "site_url is not https"),
        ({"search_url": "http://clinic.example/s"}, "search_url is not https"),
        ({"contact_url": "http://clinic.example/c"}, "contact_url is not https"),
        ({"frame_ancestors": ("http://clinic.example",)}, "frame_ancestors: http://clinic.example is not https"),
        ({"trusted_proxies": ("0.0.0.0/0",)}, "is everybody"),
        ({"trusted_proxies": ("::/0",)}, "is everybody"),
        ({"trusted_proxies": ("::ffff:0:0/96",)}, "is everybody"),
        ({"allowed_hosts": ("*",)}, "is no host name"),
        ({"allowed_hosts": ("a.example:8000",)}, "is no host name"),
        ({"rate_secret": "short"}, "too short"),
        ({"telemetry_url": "collector"}, "telemetry_url"),
    ],
)
def test_production_refuses_to_start_with_what_is_insecure(values: dict[str, object], message: str) -> None:
    finished = {"mode": "production", "region": "uk", "allowed_hosts": ("a.example",), "contact": "Call us."}
    with pytest.raises(SettingsError, match=message):
        check(ServiceSettings(**{**finished, **values}))  # type: ignore[arg-type]
