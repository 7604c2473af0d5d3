"""Times of requests and stages as OpenTelemetry spans, where an owner names a collector; never text or an address.

Our own spans and not those of the framework: those carry addresses, queries and the words of exceptions. The libraries
come with the extra `telemetry` and are imported only here, so only where the setting `telemetry_url` is set.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.stage import Stage
from web.logs import method_of
from web.settings import SettingsError

METHOD: Final = "http.request.method"
ROUTE: Final = "http.route"
STATUS: Final = "http.response.status_code"
"""All that a span says besides its name and its times; docs/privacy.md names them."""

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider


class Telemetry:
    """The spans of one service; raises SettingsError where the libraries are missing."""

    def __init__(self, url: str, processor: SpanProcessor | None = None) -> None:
        try:
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
        except ImportError as error:
            raise SettingsError(
                "telemetry_url needs OpenTelemetry; install it with `pip install 'footnote[telemetry]'`"
            ) from error
        # Named outright: the default would add the process's command line and host.
        self._provider: TracerProvider = TracerProvider(resource=Resource({"service.name": "footnote"}))
        self._provider.add_span_processor(processor or _exporter(url))
        self._tracer = self._provider.get_tracer("footnote")

    def spent(self, stage: Stage, seconds: float) -> None:
        """A span for one stage that has just ended, inside the span of its request."""
        now = time.time_ns()
        self._tracer.start_span(stage, start_time=now - int(seconds * 1e9)).end(now)

    def around(self, app: ASGIApp) -> ASGIApp:
        """`app` with a span around each request: method, route, status."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            method = method_of(scope)
            with self._tracer.start_as_current_span(
                method, record_exception=False, set_status_on_exception=False
            ) as span:  # the words of an exception may hold what a visitor wrote

                async def send_noting(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        span.set_attribute(STATUS, message["status"])
                    await send(message)

                try:
                    await app(scope, receive, send_noting)
                finally:
                    route = getattr(scope.get("route"), "path", "none")
                    span.update_name(f"{method} {route}")
                    span.set_attributes({METHOD: method, ROUTE: route})

        return traced

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def _exporter(url: str) -> SpanProcessor:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError(
            "telemetry_url needs the exporter of OpenTelemetry; install it with `pip install 'footnote[telemetry]'`"
        ) from error
    return BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces"))
