"""`footnote ask`: one question, one answer."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot.conversation import Conversation, Message
from web.cli.message import visitor_message
from web.cli.opening import configured_site, open_bot
from web.cli.options import index_option, region_option
from web.cli.paper import paper


@click.command()
@click.argument("question")
@click.option("--json", "as_json", is_flag=True, help="Print the Reply as one line of JSON.")
@region_option
@index_option
def ask(question: str, as_json: bool, region: str | None, index_folder: Path) -> None:
    """Answer one QUESTION from the articles, with numbered footnotes."""
    text = visitor_message(question)
    reply = open_bot(index_folder, configured_site()).reply(Conversation((Message("visitor", text),), region))
    click.echo(json.dumps(reply.as_dict()) if as_json else paper(reply))
