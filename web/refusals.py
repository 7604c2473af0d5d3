"""How a refusal is told: as a page to people, as problem details to programs."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from web.problem import Problem

_PAGES = ("/articles/",)
_PAGE = frozenset({"/", "/chat"})


class Refusals:
    """Gives the response to a Problem; `page` makes the one for people."""

    def __init__(self, page: Callable[[Problem], Response]) -> None:
        self._page = page

    def response(self, problem: Problem, scope: Scope) -> Response:
        """A page where one was asked for, else problem details; both with Retry-After where a later try may succeed."""
        if _is_page(scope):
            return self._page(problem)
        return problem.response(scope.get("state", {}).get("request_id"))


def _is_page(scope: Scope) -> bool:
    path = scope["path"]
    if path in _PAGE or path.startswith(_PAGES):
        return True
    return not path.startswith("/api/") and "text/html" in Headers(scope=scope).get("accept", "")
