"""Opens the bot for a command; builds the index from the bundled articles first where there is none yet."""

from __future__ import annotations

from pathlib import Path

import click

from bot.bot import Bot, Site
from web.cli.options import configured


def open_bot(index_folder: Path, site: Site | None = None) -> Bot:
    """The bot on `index_folder`; says on standard error when it has to build the index first."""
    ensure_index(index_folder)
    return Bot.open(index_folder, site)


def configured_site() -> Site:
    """What the settings say of the site: how to reach a person, and whose phone numbers apply; raises SettingsError."""
    settings = configured()
    return Site(settings.contact or "", settings.region)


def ensure_index(index_folder: Path) -> None:
    """Build the bundled articles into `index_folder` unless it holds an index; raises FootnoteError when it cannot."""
    from index.store import IndexFolder

    if IndexFolder(index_folder).exists():
        return
    click.echo(f"footnote: no index in {index_folder} yet; building it from the bundled articles", err=True)
    from index.rebuild import rebuild
    from web.cli.index import options

    rebuild((), index_folder, options(index_folder))
