"""The doors of the service: what every request passes before a route, and every answer on its way out.

From the outside in: security headers, request log and last boundary, host names, origins, size of the body, rates.
All are plain ASGI, so that an event stream passes through unbuffered. Everything is denied unless it was named.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
import uuid

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.limits import ClientAddress, RateLimits
from web.logs import method_of
from web.metrics import Metrics
from web.once import Once
from web.problem import Problem, Refusal, unexpected, waiting
from web.refusals import Refusals
from web.settings import ServiceSettings

log = logging.getLogger("footnote.web")

_CROSS_ORIGIN_ROUTES = ("/api/v1/",)
_PORT = re.compile(r":[0-9]+\Z")
_PUBLIC_FILES = ("/widget.js", "/assets/")
_SCREENED = ("/api/v1/chat", "/chat")


class RequestLog:
    """Gives each request an id, writes one line about it without text or address, and is the last boundary."""

    def __init__(self, app: ASGIApp, refusals: Refusals) -> None:
        self._app = app
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        status, began = 0, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Problem as problem:
            await self._refusals.response(problem, scope)(scope, receive, send_with_id)
        except Exception:  # noqa: BLE001  # the one boundary of the service: a fault must neither leak nor go unlogged
            # The traceback alone: an exception's own words may hold what a visitor wrote.
            log.error("request failed", extra={"request_id": request_id, "fault": _where()})
            if status == 0:
                await self._refusals.response(unexpected(), scope)(scope, receive, send_with_id)
        finally:
            route = scope.get("route")
            log.info(
                "request",
                extra={
                    "request_id": request_id,
                    "method": method_of(scope),
                    "route": getattr(route, "path", "none"),
                    "status": status,
                    "milliseconds": round((time.perf_counter() - began) * 1000, 1),
                },
            )


def _where() -> str:
    """File, line and kind of the exception being handled, innermost last; none of its text."""
    kind, _, trace = sys.exc_info()
    frames = [
        f"{frame.name} ({frame.filename.rsplit('/', 1)[-1]}:{frame.lineno})" for frame in traceback.extract_tb(trace)
    ]
    return f"{kind.__name__ if kind else '?'} in " + " > ".join(frames[-6:])


class SecurityHeaders:
    """Adds the headers that hold a browser to what our pages need, and to nothing else."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        ancestors = " ".join(settings.frame_ancestors) or "'none'"
        self._app = app
        self._framed = bool(settings.frame_ancestors)
        self._secure = settings.mode == "production"
        self._policy = "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "img-src 'self'",
                "connect-src 'self'",
                "form-action 'self'",
                "base-uri 'none'",
                f"frame-ancestors {ancestors}",
                "require-trusted-types-for 'script'",
                "trusted-types 'none'",
            )
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        public = scope["path"].startswith(_PUBLIC_FILES)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), public=public)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _add(self, headers: MutableHeaders, *, public: bool) -> None:
        headers["content-security-policy"] = self._policy
        headers["x-content-type-options"] = "nosniff"
        # `same-origin`, not `no-referrer`: the latter turns the Origin of our own form posts into "null".
        headers["referrer-policy"] = "same-origin"
        headers["permissions-policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        headers["cross-origin-opener-policy"] = "same-origin"
        headers["cross-origin-resource-policy"] = "cross-origin" if public else "same-origin"
        if not self._framed:
            headers["x-frame-options"] = "DENY"
        if self._secure:
            headers["strict-transport-security"] = "max-age=31536000"
        headers.setdefault("cache-control", "no-store")
        if public:
            # The widget's files are the same for everyone and hold nothing: any page may load them, none may ask.
            headers["access-control-allow-origin"] = "*"


class OriginDoor:
    """Lets pages of our own origin and of the named ones talk to us; answers preflights; denies the rest."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings, metrics: Metrics, refusals: Refusals) -> None:
        self._app = app
        self._metrics = metrics
        self._refusals = refusals
        self._allowed = frozenset(settings.allowed_origins)
        self._hosts = frozenset(host.lower() for host in settings.allowed_hosts)
        self._refused = Once()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        if self._hosts and _PORT.sub("", host) not in self._hosts and scope["path"] not in ("/healthz", "/readyz"):
            raise Problem(400, "This service does not answer to that host name; see the setting allowed_hosts.")
        origin = headers.get("origin")
        named = origin in self._allowed and scope["path"].startswith(_CROSS_ORIGIN_ROUTES)
        own = origin is None or origin.partition("://")[2].lower() == host
        if scope["method"] == "OPTIONS" and origin is not None and named:
            await _preflight(origin)(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD") and not (own or named):
            self._tell(origin)
            raise Problem(403, "Pages of this origin may not use the chat; see the setting allowed_origins.")

        async def send_with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                outgoing = MutableHeaders(scope=message)
                outgoing.add_vary_header("Origin")
                if named and origin is not None:
                    outgoing["access-control-allow-origin"] = origin
                    outgoing["access-control-expose-headers"] = "retry-after"
            await send(message)

        try:
            await self._app(scope, receive, send_with_origin)
        except Problem as problem:
            self._metrics.refused(problem.status)
            # Answered here, not at the boundary, so that an allowed page may read why it was refused.
            await self._refusals.response(problem, scope)(scope, receive, send_with_origin)

    def _tell(self, origin: str | None) -> None:
        """Say once of each origin that it is refused: its owner sees no more than a chat that does not answer."""
        if origin and (strange := self._refused.first(origin)):
            log.warning("origin refused; if it is yours, name it in allowed_origins", extra={"origin": strange})


def _preflight(origin: str) -> Response:
    return Response(
        status_code=204,
        headers={
            "access-control-allow-origin": origin,
            "access-control-allow-methods": "POST",
            "access-control-allow-headers": "content-type",
            "access-control-max-age": "600",
            "vary": "Origin",
        },
    )


class BodyLimit:
    """Refuses bodies over the limit, as declared or as soon as they grow beyond it, and those that drip in."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        self._app = app
        self._limit = settings.max_body_bytes
        self._seconds = settings.answer_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > self._limit:
            raise self._too_large()
        total, complete, until = 0, False, anyio.current_time() + self._seconds

        async def receive_within_limit() -> Message:
            nonlocal total, complete
            if complete:  # what is waited for now is the end of the connection
                return await receive()
            message: Message | None = None
            with anyio.CancelScope(deadline=until):
                message = await receive()
            if message is None:
                raise Problem(408, "The request did not arrive in time. Try again.")
            total += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if total > self._limit:
                raise self._too_large()
            return message

        await self._app(scope, receive_within_limit, send)

    def _too_large(self) -> Problem:
        return Refusal(413, f"The request is larger than {self._limit} bytes. Start a new conversation.")


class RateDoor:
    """Counts what costs us work (every POST) per client, and refuses what is over the limit with Retry-After.

    The chat's own routes are told of the client and of the refusal, and make it themselves, once they have looked for a
    red flag.
    """

    def __init__(self, app: ASGIApp, limits: RateLimits, clients: ClientAddress) -> None:
        self._app = app
        self._limits = limits
        self._clients = clients

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request."""
        if scope["type"] == "http" and scope["method"] == "POST":
            client = self._clients.of(scope, Headers(scope=scope).get("x-forwarded-for"))
            scope.setdefault("state", {})["client"] = client
            purpose = "feedback" if scope["path"].endswith("/feedback") else "chat"
            refused = await self._limits.refuse(purpose, client)
            if refused is not None:
                problem = Refusal(
                    429,
                    f"Too many questions just now (limit: {refused.limit}). Try again in {waiting(refused.seconds)}.",
                    retry_after=refused.seconds,
                )
                if scope["path"] not in _SCREENED:
                    raise problem
                scope["state"]["refusal"] = problem
        await self._app(scope, receive, send)
