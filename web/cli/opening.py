"""Opens the bot for a command; builds the index from the bundled articles first where there is none yet."""

from __future__ import annotations

from pathlib import Path

import click

from bot.bot import Bot, Site


def open_bot(index_folder: Path, site: Site | None = None) -> Bot:
    """The bot on `index_folder`; says on standard error when it has to build the index first."""
    ensure_index(index_folder)
    return Bot.open(index_folder, site)


def ensure_index(index_folder: Path) -> None:
    """Build the bundled articles into `index_folder` unless it holds an index; raises FootnoteError when it cannot."""
    from index.store import IndexFolder

    if IndexFolder(index_folder).exists():
        return
    click.echo(f"footnote: no index in {index_folder} yet; building it from the bundled articles", err=True)
    from index.rebuild import rebuild
    from web.cli.index import options

    rebuild((), index_folder, options(index_folder))
