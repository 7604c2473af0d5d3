"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from web.settings import ServiceSettings, load_settings

F = TypeVar("F", bound=Callable[..., Any])


def configured() -> ServiceSettings:
    """The settings without flags: environment, then footnote.toml, then defaults; raises SettingsError."""
    return load_settings(environ=os.environ).settings


def index_option(command: F) -> F:
    """Add `--index DIR`, passed on as `index_folder: Path`; without the flag it is the setting `index`."""
    return click.option(
        "--index",
        "index_folder",
        type=click.Path(path_type=Path),
        envvar="FOOTNOTE_INDEX",
        default=lambda: configured().index,
        show_default="index in footnote.toml, else var/index",
        help="Folder of the index.",
    )(command)


def region_option(command: F) -> F:
    """Add `--region CODE`: whose phone numbers an escalation shows; without it that is for the setting to say."""
    return click.option(
        "--region",
        envvar="FOOTNOTE_REGION",
        default=None,
        show_default="region in footnote.toml",
        help="Region for phone numbers, for example uk, us, ie.",
    )(command)
