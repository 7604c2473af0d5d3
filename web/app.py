"""The web service: routes bound to one answerer and its settings, behind the doors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import Lifespan

from web import api, pages
from web.answerer import Answerer
from web.assets import compose_assets
from web.doors import BodyLimit, OriginDoor, RateDoor, RequestLog, SecurityHeaders
from web.limits import ClientAddress, RateLimits
from web.openapi import openapi_document
from web.problem import Problem
from web.refusals import Refusals
from web.seal import Seal
from web.service import Service
from web.settings import ServiceSettings, SettingsError

if TYPE_CHECKING:
    from web.kept import Kept
    from web.telemetry import Telemetry

log = logging.getLogger("footnote.web")


def create_app(answerer: Answerer, settings: ServiceSettings, seal: Seal | None = None) -> FastAPI:
    """The ASGI application; raises FootnoteError when the settings or the widget's sources cannot be used.

    Workers that share a `seal` open each other's replies.
    """
    limits = RateLimits(settings)
    telemetry = _telemetry(settings)
    kept = _kept(settings)
    service = Service(answerer, settings, kept=kept, limits=limits, telemetry=telemetry)
    assets = compose_assets(settings, answerer.emergency(settings.region))
    people = pages.Pages(service, assets, seal or Seal())
    refusals = Refusals(people.problem)
    app = FastAPI(
        title="Footnote",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_until_the_end(limits, telemetry, kept),
        # The framework's own spans and logs carry addresses, queries and the words of exceptions: see web.telemetry.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
        middleware=[
            *([Middleware(telemetry.around)] if telemetry is not None else []),
            Middleware(SecurityHeaders, settings=settings),
            Middleware(RequestLog, refusals=refusals),
            Middleware(OriginDoor, settings=settings, metrics=service.metrics, refusals=refusals),
            Middleware(BodyLimit, settings=settings),
            Middleware(RateDoor, limits=limits, clients=ClientAddress(settings)),
        ],
        exception_handlers={
            HTTPException: partial(_not_served, refusals),
            RequestValidationError: partial(_not_valid, refusals),
        },
    )
    app.include_router(api.router(service))
    app.include_router(pages.router(people))
    document = openapi_document(settings)

    @app.api_route("/openapi.json", methods=["GET", "HEAD"], include_in_schema=False)
    async def openapi() -> Response:
        return Response(document, media_type="application/json", headers={"cache-control": "no-cache"})

    return app


def _kept(settings: ServiceSettings) -> Kept | None:
    """The file of what is kept; by default nothing is, and neither SQLite nor the lists of names are loaded."""
    if not (settings.keep_questions or settings.keep_feedback):
        return _left(settings)
    from web.kept import Kept
    from web.scrub import names

    try:
        names()  # read now, and not while a visitor waits
    except ImportError as error:
        raise SettingsError(
            "keep_questions and keep_feedback need lists of names to scrub with; install them with "
            "`pip install 'footnote[privacy]'`"
        ) from error
    return Kept(Path(settings.keep_file), settings.keep_days)


def _left(settings: ServiceSettings) -> Kept | None:
    """What was kept before keeping was switched off: nothing is added, and its days go on counting."""
    path = Path(settings.keep_file)
    if not path.is_file():
        return None
    from web.kept import Kept, KeptFault

    try:
        return Kept(path, settings.keep_days)
    except KeptFault as error:
        # No reason not to answer; whoever switched keeping off may have put another file there.
        log.error("not purged", extra={"fault": str(error)})
        return None


def _until_the_end(limits: RateLimits, telemetry: Telemetry | None, kept: Kept | None) -> Lifespan[FastAPI]:
    """What is done while the service runs, and when it stops: connections are let go, and the last spans sent."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        purging = asyncio.create_task(kept.purge_hourly()) if kept is not None else None
        yield
        if purging is not None:
            purging.cancel()
        await limits.close()
        if telemetry is not None:
            telemetry.close()

    return lifespan


def _telemetry(settings: ServiceSettings) -> Telemetry | None:
    """Spans for the collector that was named; without one OpenTelemetry's own parts are not loaded."""
    if settings.telemetry_url is None:
        return None
    from web.telemetry import Telemetry

    return Telemetry(settings.telemetry_url)


async def _not_served(refusals: Refusals, request: Request, error: Exception) -> Response:
    """A route or method that does not exist, in our words: the framework's may hold parts of the request."""
    assert isinstance(error, HTTPException)
    details = {404: "There is no such page.", 405: "This address does not take that method."}
    problem = Problem(error.status_code, details.get(error.status_code, "The request could not be served."))
    return refusals.response(problem, request.scope)


async def _not_valid(refusals: Refusals, request: Request, error: Exception) -> Response:
    """A parameter that cannot be read; the framework's own answer would echo it."""
    return refusals.response(Problem(422, "A parameter of the address cannot be read."), request.scope)
