"""`footnote batch`: many conversations in one process, JSON Lines in and out."""

from __future__ import annotations

import json
import sys
from math import isfinite
from pathlib import Path
from typing import IO, Any

import click

from bot.bot import Bot
from bot.conversation import Conversation, Message
from web.cli.message import MAX_CHARACTERS, is_text
from web.cli.opening import configured_site, open_bot
from web.cli.options import index_option


class _BadLine(ValueError):
    """A line that is not a conversation; the message says why."""


@click.command()
@click.option(
    "--input", "source", type=click.File("rb"), default="-", help="Conversations, one a line (standard input)."
)
@index_option
def batch(source: IO[bytes], index_folder: Path) -> None:
    """Answer conversations from standard input, one JSON object a line, and print one line for each.

    In: {"id": "c1", "messages": ["first visitor message", "second"], "region": "uk"}, region optional.
    Out: {"id": "c1", "replies": [Reply, Reply]}. A line that cannot be read gives {"id": ..., "error": "..."}.
    """
    bot = open_bot(index_folder, configured_site())
    failed = 0
    for raw in source:
        if not raw.strip():
            continue
        answer = _answer(bot, raw)
        failed += "error" in answer
        click.echo(json.dumps(answer))
    if failed:
        click.echo(f'footnote: {failed} lines could not be answered; see their "error"', err=True)
        sys.exit(1)


def _answer(bot: Bot, raw: bytes) -> dict[str, Any]:
    identity: Any = None
    try:
        line = _parsed(raw)
        identity = _identity(line)
        messages, region = _conversation(line)
    except (_BadLine, RecursionError) as error:
        return {"id": identity, "error": str(error)}
    texts = tuple(Message("visitor", text) for text in messages)
    replies = [bot.reply(Conversation(texts[: turn + 1], region)).as_dict() for turn in range(len(texts))]
    return {"id": identity, "replies": replies}


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        line = json.loads(raw.decode("utf-8"))
    except ValueError as error:  # not UTF-8, not JSON, or a number with more digits than Python converts
        raise _BadLine(f"not JSON: {error}") from error
    if not isinstance(line, dict):
        raise _BadLine("not a JSON object")
    return line


def _identity(line: dict[str, Any]) -> str | int | float | None:
    """The id, if it is one that can be written back as JSON."""
    identity = line.get("id")
    if identity is None or isinstance(identity, str | int) or (isinstance(identity, float) and isfinite(identity)):
        return identity
    raise _BadLine('"id" must be a text or a number')


def _conversation(line: dict[str, Any]) -> tuple[list[str], str | None]:
    messages, region = line.get("messages"), line.get("region")
    if not isinstance(messages, list) or not messages or not all(isinstance(text, str) for text in messages):
        raise _BadLine('"messages" must be a list of at least one text')
    longest = max(map(len, messages))
    if longest > MAX_CHARACTERS:
        raise _BadLine(f"a message has {longest} characters; {MAX_CHARACTERS} is the most")
    if not all(is_text(text) for text in messages):
        raise _BadLine("a message holds half a character (a lone surrogate); write it as UTF-8")
    if region is not None and not isinstance(region, str):
        raise _BadLine('"region" must be a text such as "uk"')
    return messages, region
