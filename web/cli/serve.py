"""`footnote serve`: the web service on this machine."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from corpus.errors import FootnoteError
from web.settings import ServiceSettings, documentation, keys, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from web.seal import Seal

_GRACE_SECONDS = 10

_HANDED_ON = "_FOOTNOTE_WORKER_SETTINGS"
"""Environment variable by which workers get the settings of their parent."""

_SEAL = "_FOOTNOTE_WORKER_SEAL"
"""The same for the key with which all of them seal replies: a visitor's next question may come to another worker."""


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
    _warn_of_numbers(settings)
    several = settings.workers > 1
    if several:
        # Each worker is a process of its own, which makes its application from the same settings.
        os.environ[_HANDED_ON] = msgspec.json.encode(settings).decode()
        os.environ[_SEAL] = secrets.token_hex()
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


def _warn_of_numbers(settings: ServiceSettings) -> None:
    """Say in production that nobody has called the numbers which a visitor in danger is shown."""
    from bot.safety.message import unverified

    count = unverified(settings.region)
    if settings.mode == "production" and count:
        click.echo(
            f"footnote: {count} telephone numbers of region {settings.region!r} were never verified; call each, then "
            "fill in verified_on in bot/safety/regions.toml",
            err=True,
        )


def application(settings: ServiceSettings, seal: Seal | None = None) -> FastAPI:
    """The service over whatever generation is current in the index of these settings."""
    from bot.bot import Site
    from web.app import create_app
    from web.live import LiveAnswerer

    site = Site(settings.contact or "", settings.region)
    answerer = LiveAnswerer(Path(settings.index), site, answer_seconds=settings.answer_seconds)
    return create_app(answerer, settings, seal)


def worker() -> FastAPI:
    """The application of one of several workers."""
    from web.listening import raise_file_limit
    from web.logs import log_to_standard_error
    from web.seal import Seal

    log_to_standard_error()
    raise_file_limit()
    settings = msgspec.json.decode(os.environ[_HANDED_ON], type=ServiceSettings)
    return application(settings, Seal(bytes.fromhex(os.environ[_SEAL])))
