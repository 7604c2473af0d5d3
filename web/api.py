"""The routes for programs: chat and feedback (versioned), and those of operation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import msgspec
from fastapi import APIRouter, Request
from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.responses import Response

from web.blocks import Alert
from web.problem import Problem, Refusal
from web.request import client_of, gone, is_private, over_rate, read_chat, read_feedback, read_refused, require_json
from web.service import Answered, Service, as_json

_READ = ["GET", "HEAD"]


def router(service: Service) -> APIRouter:
    """All routes of this module, bound to one service."""
    routes = APIRouter()

    @routes.post("/api/v1/chat", include_in_schema=False)
    async def chat(request: Request) -> Response:
        require_json(request.headers.get("content-type"))
        answered = await _answered_or_warned(service, request)
        if _wants_events(request.headers.get("accept", "")):
            return EventSourceResponse(
                _events(answered), headers={"cache-control": "no-store", "x-accel-buffering": "no"}
            )
        return _json(as_json(answered))

    @routes.post("/api/v1/feedback", include_in_schema=False)
    async def feedback(request: Request) -> Response:
        require_json(request.headers.get("content-type"))
        if not service.settings.feedback:
            raise Problem(404, "Feedback is switched off on this site.")
        await service.heard(read_feedback(await request.body(), service.settings), private=is_private(request))
        return Response(status_code=204)

    @routes.api_route("/healthz", methods=_READ, include_in_schema=False)
    async def healthz() -> Response:
        return _json({"status": "ok"})

    @routes.api_route("/readyz", methods=_READ, include_in_schema=False)
    async def readyz() -> Response:
        status = service.status()
        return _json(status, 200 if status.ready else 503)

    @routes.api_route("/metrics", methods=_READ, include_in_schema=False)
    async def metrics() -> Response:
        if not service.settings.metrics:
            raise Problem(404, "Metrics are switched off.")
        text = service.metrics.text(service.status())
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    return routes


async def _answered_or_warned(service: Service, request: Request) -> Answered:
    """The answer; where it is refused, the red-flag screen's own message, if it sees anything in what was written."""
    body = await request.body()
    try:
        return await _answered(service, request, body)
    except Refusal as refusal:
        warning = await service.warning(refusal, read_refused(body, service.settings), client_of(request))
        if warning is None:
            raise
        return warning


async def _answered(service: Service, request: Request, body: bytes) -> Answered:
    """The answer to the conversation in `body`; raises Refusal for rate, length and load."""
    refusal = over_rate(request)
    if refusal is not None:
        raise refusal
    asked = read_chat(body, service.settings)
    answered = await service.answer_unless_gone(asked.conversation, partial(gone, request), private=is_private(request))
    return replace(answered, withdrawn=service.withdrawn(asked.cited))


def _wants_events(accept: str) -> bool:
    return any(part.partition(";")[0].strip().lower() == "text/event-stream" for part in accept.split(","))


async def _events(answered: Answered) -> AsyncIterator[bytes]:
    """Red flag first, then sources, then the other blocks one by one, then the whole Reply as `done`."""
    blocks = answered.presentation.blocks
    for block in blocks:
        if isinstance(block, Alert):
            yield _event("redflag", block)
    yield _event("sources", answered.presentation.sources)
    for block in blocks:
        if not isinstance(block, Alert):
            yield _event("block", block)
    yield _event("done", as_json(answered))


def _event(name: str, data: object) -> bytes:
    return format_sse_event(data_str=msgspec.json.encode(data).decode("utf-8"), event=name)


def _json(data: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(data), status, media_type="application/json")
