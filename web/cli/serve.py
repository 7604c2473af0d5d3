"""`footnote serve`: the web service on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from corpus.errors import FootnoteError
from web.settings import ServiceSettings, documentation, keys, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

_GRACE_SECONDS = 10

_HANDED_ON = "_FOOTNOTE_WORKER_SETTINGS"
"""Environment variable by which workers get the settings of their parent."""


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add one flag per setting and `--config FILE`; a flag that is not given is passed as None."""
    for key in reversed(keys()):
        flag = "--" + key.replace("_", "-")
        command = click.option(flag, key, default=None, help=documentation(key))(command)
    config = click.Path(path_type=Path, dir_okay=False)
    return click.option("--config", type=config, default=None, help="Settings file (default: footnote.toml).")(command)


@click.command()
@settings_options
def serve(config: Path | None, **flags: str | None) -> None:
    """Serve the chat, its pages and its widget.

    Settings come from footnote.toml, then FOOTNOTE_* variables, then these flags.
    """
    settings = load_settings(config, os.environ, flags).settings

    # Imported here: reading the settings, or --help, must not pay for a web framework.
    import uvicorn

    from web.cli.opening import ensure_index
    from web.listening import listening, raise_file_limit
    from web.logs import log_to_standard_error

    log_to_standard_error()
    raise_file_limit()
    try:
        ensure_index(Path(settings.index))
    except FootnoteError as fault:
        # A visitor in danger must be told so whatever became of the index; /readyz and the log say that it is missing.
        click.echo(f"footnote: {fault}", err=True)
        click.echo("footnote: serving the red-flag screen alone until there is an index", err=True)
    several = settings.workers > 1
    if several:
        # Each worker is a process of its own, which makes its application from the same settings.
        os.environ[_HANDED_ON] = msgspec.json.encode(settings).decode()
    click.echo(f"Serving on http://{settings.host}:{settings.port} (Ctrl-C stops)", err=True)
    uvicorn.run(
        "web.cli.serve:worker" if several else application(settings),
        factory=several,
        workers=settings.workers,
        host=settings.host,
        port=settings.port,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        **listening(),
    )


def application(settings: ServiceSettings) -> FastAPI:
    """The service over whatever generation is current in the index of these settings."""
    from bot.bot import Site
    from web.app import create_app
    from web.live import LiveAnswerer

    return create_app(LiveAnswerer(Path(settings.index), Site(settings.contact or "", settings.region)), settings)


def worker() -> FastAPI:
    """The application of one of several workers."""
    from web.listening import raise_file_limit
    from web.logs import log_to_standard_error

    log_to_standard_error()
    raise_file_limit()
    return application(msgspec.json.decode(os.environ[_HANDED_ON], type=ServiceSettings))
