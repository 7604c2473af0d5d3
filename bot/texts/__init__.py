"""Every fixed text that the bot says in its own words, as Jinja2 templates beside this file.

The words of an answer come from the articles; only what surrounds them comes from here. Templates give plain text:
the skins escape it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

_SPACE = re.compile(r"[ \t]+")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("bot", "texts"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, /, **values: object) -> str:
    """The text of a template with these values: one paragraph, single spaces."""
    text = _environment().get_template(f"{template}.jinja").render(**values)
    return _SPACE.sub(" ", text.replace("\n", " ")).strip()
