"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_INDEX = Path("var/index")


def index_option(command: F) -> F:
    """Add `--index DIR` (environment variable FOOTNOTE_INDEX), passed on as `index_folder: Path`."""
    return click.option(
        "--index",
        "index_folder",
        type=click.Path(path_type=Path),
        envvar="FOOTNOTE_INDEX",
        default=DEFAULT_INDEX,
        show_default=True,
        help="Folder of the index.",
    )(command)


def region_option(command: F) -> F:
    """Add `--region CODE` (environment variable FOOTNOTE_REGION): whose phone numbers an escalation shows."""
    return click.option(
        "--region", envvar="FOOTNOTE_REGION", default=None, help="Region for phone numbers, for example uk, us, ie."
    )(command)
