"""Errors as problem details (RFC 9457): what a client did wrong and the mend, never what a visitor wrote."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


@dataclass(eq=False)  # not frozen: the interpreter writes the traceback into an exception
class Problem(Exception):
    """One refusal; `detail` is our own text, `pointer` names the place in the body (`/messages/0/text`)."""

    status: int
    detail: str
    kind: str = "about:blank"
    pointer: str | None = None
    retry_after: int | None = None

    def response(self, request_id: str | None = None) -> JSONResponse:
        """The response to send; carries Retry-After where a later try may succeed."""
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
        if request_id is not None:
            body["request_id"] = request_id
        headers = {"cache-control": "no-store"}
        if self.retry_after is not None:
            headers["retry-after"] = str(self.retry_after)
        return JSONResponse(body, self.status, headers=headers, media_type=MEDIA_TYPE)


def unexpected() -> Problem:
    """The problem for a fault of our own; says nothing of it."""
    return Problem(500, "Something went wrong on our side. Try again; in an emergency do not wait for this page.")
