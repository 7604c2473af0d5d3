"""A client of the service, in this process, with an answerer that needs no index."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from tests.web.fakes import FakeAnswerer
from web.app import create_app
from web.settings import ServiceSettings

Connect = Callable[[ServiceSettings], TestClient]


@pytest.fixture
def answerer() -> FakeAnswerer:
    return FakeAnswerer()


@pytest.fixture
def connect(answerer: FakeAnswerer) -> Connect:
    """A client of a service with these settings."""

    def connected(settings: ServiceSettings) -> TestClient:
        return TestClient(create_app(answerer, settings), raise_server_exceptions=False)

    return connected


@pytest.fixture
def one_minute() -> None:
    """Rates are counted by minutes of the clock: who counts begins where the minute does not turn before the end."""
    left = 60 - time.time() % 60
    if left < 5:
        time.sleep(left)


@pytest.fixture
def client(connect: Connect) -> TestClient:
    """A client of a service with plain settings."""
    return connect(ServiceSettings(rate_per_minute=10_000, rate_per_day=10_000))
