"""Errors as problem details (RFC 9457): what a client did wrong and the mend, never what a visitor wrote."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


@dataclass(eq=False)  # not frozen: the interpreter writes the traceback into an exception
class Problem(Exception):
    """One refusal; `detail` is our own text, `pointer` names the place in the body (`/messages/0/text`).

    `code` names the reason where a program must tell two with the same status apart.
    """

    status: int
    detail: str
    kind: str = "about:blank"
    pointer: str | None = None
    retry_after: int | None = None
    code: str | None = None

    def response(self, request_id: str | None) -> JSONResponse:
        """The response to a program; carries Retry-After where a later try may succeed."""
        body: dict[str, Any] = {
            "type": self.kind,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.pointer is not None:
            body["pointer"] = self.pointer
        if self.retry_after is not None:
            body["retry_after"] = self.retry_after
        if self.code is not None:
            body["code"] = self.code
        body["request_id"] = request_id
        headers = {"cache-control": "no-store"}
        if self.retry_after is not None:
            headers["retry-after"] = str(self.retry_after)
        return JSONResponse(body, self.status, headers=headers, media_type=MEDIA_TYPE)


_EMERGENCY = "In an emergency, do not wait for this page."


@dataclass(eq=False)
class Refusal(Problem):
    """A Problem for rate, length or load: it says nothing about what was written, which may be a cry for help.

    Its detail always ends with what to do in an emergency.
    """

    def __post_init__(self) -> None:
        """Add the sentence."""
        self.detail = f"{self.detail} {_EMERGENCY}"


def waiting(seconds: int) -> str:
    """How long that is, in the words of people and never too short: `40 seconds`, `12 minutes`, `13 hours`."""
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds > 2 * size:
            return f"{-(-seconds // size)} {unit}s"
    return f"{seconds} second" if seconds == 1 else f"{seconds} seconds"


def nothing_to_search() -> Problem:
    """The problem while there is no index: honest, and another try may succeed."""
    return Problem(
        503,
        f"The articles cannot be searched just now. Try again in a minute. {_EMERGENCY}",
        retry_after=60,
        code="no_index",
    )


def unexpected() -> Problem:
    """The problem for a fault of our own; says nothing of it."""
    return Problem(500, "Something went wrong on our side. Try again; in an emergency do not wait for this page.")
