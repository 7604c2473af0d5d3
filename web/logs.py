"""Logs as JSON, one object a line on standard error: times, routes, outcomes; never text, address or identifier."""

from __future__ import annotations

import json
import logging
import sys

from starlette.types import Scope

_METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
_FIELDS = ("request_id", "method", "route", "status", "milliseconds", "generation", "fault", "origin")


def method_of(scope: Scope) -> str:
    """The method of a request, `other` unless HTTP names it: a client may write any word there."""
    method: str = scope["method"]
    return method if method in _METHODS else "other"


class JsonLines(logging.Formatter):
    """Formats a record as JSON with the fields of a closed list; whatever else a record carries is dropped."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its line break."""
        entry = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry.update({name: getattr(record, name) for name in _FIELDS if hasattr(record, name)})
        return json.dumps(entry, ensure_ascii=False)


def log_to_standard_error(level: int = logging.INFO) -> None:
    """Send the logs of the service and of its server to standard error; uvicorn's own access log stays off."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("footnote", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
