"""The command `footnote`: each subcommand lives in a module of its own and is imported only when it is called.

Data goes to standard output, everything else to standard error. Exit status: 0 done; 1 it could not be done (one
clear line on standard error); 2 wrong usage.
"""

from __future__ import annotations

import gc
import importlib
import sys

import click

from corpus.errors import FootnoteError

_COMMANDS = {
    "ask": ("web.cli.ask:ask", "Answer one question from the articles, with numbered footnotes."),
    "batch": ("web.cli.batch:batch", "Answer many conversations, JSON Lines in and out."),
    "chat": ("web.cli.chat:chat", "Talk with the bot in the terminal."),
    "doctor": ("web.cli.doctor:doctor", "Say why the chat does not show or answer on a page."),
    "eval": ("web.cli.evaluate:evaluate", "Score a question file and write a report."),
    "explain": ("web.cli.explain:explain", "Show what each stage decided for one question."),
    "gaps": ("web.cli.gaps:gaps", "Report what was asked and not covered, where that is kept."),
    "index": ("web.cli.index:index", "Build the index, add and remove articles, check it, go back."),
    "safety": ("web.cli.safety:safety", "Test, report and try the red-flag screen."),
    "serve": ("web.cli.serve:serve", "Serve the chat, its pages and the widget."),
    "settings": ("web.cli.settings:settings", "Print every setting with where it came from."),
}


class _LazyGroup(click.Group):
    """A group that knows its commands by name and imports only the one that is called, not even for its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_text) for name, (_, help_text) in sorted(_COMMANDS.items())])


@click.group(cls=_LazyGroup)
@click.version_option(package_name="footnote")
def footnote() -> None:
    """Answers from your own articles, with footnotes; red flags first.

    The index lies where --index says, else FOOTNOTE_INDEX, else "index" in footnote.toml, else in var/index.
    """


def main() -> None:
    """Entry point of the console script; a FootnoteError ends in one line and status 1."""
    # Nearly all that a command opens stays until it ends. To look through it for garbage after every 700 objects, as
    # Python does by itself, is a twentieth to a tenth of what one question costs, start and all (a trial that no
    # command repeats).
    gc.set_threshold(50_000, 20, 100)
    try:
        footnote()
    except FootnoteError as error:
        click.echo(f"footnote: {error}", err=True)
        sys.exit(1)
