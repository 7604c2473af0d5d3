"""`footnote chat`: a conversation in the terminal."""

from __future__ import annotations

from pathlib import Path

import click

from bot.conversation import Conversation, Message
from web.cli.message import MessageError, visitor_message
from web.cli.opening import configured_site, open_bot
from web.cli.options import index_option, region_option
from web.cli.paper import paper


@click.command()
@region_option
@index_option
def chat(region: str | None, index_folder: Path) -> None:
    """Talk with the bot; an empty line or Ctrl-D ends the conversation."""
    bot = open_bot(index_folder, configured_site())
    click.echo("Ask a question; an empty line ends the conversation.", err=True)
    messages: tuple[Message, ...] = ()
    while True:
        try:
            text = click.prompt("you", prompt_suffix="> ", default="", show_default=False, err=True)
        except (EOFError, click.Abort):
            break
        if not text.strip():
            break
        try:
            said = Message("visitor", visitor_message(text))
        except MessageError as error:
            click.echo(f"footnote: {error}", err=True)
            continue
        reply = bot.reply(Conversation((*messages, said), region))
        messages = (*messages, said, Message("bot", reply.text))
        click.echo(f"\n{paper(reply, said.text)}\n")
