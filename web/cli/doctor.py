"""`footnote doctor`: why the chat does not show or answer on a page."""

from __future__ import annotations

import click

from corpus.errors import FootnoteError
from web.cli.paper import printable


class NotWell(FootnoteError):
    """Something on the page, or between it and the service, keeps the chat from its visitors."""


@click.command()
@click.argument("page")
@click.option("--service", default=None, help="Address of the service; without it, that of the tag in the page.")
@click.option(
    "--allow-private", is_flag=True, help="Fetch from private addresses too: your own network, or this machine."
)
def doctor(page: str, service: str | None, allow_private: bool) -> None:
    """Try PAGE as a browser would: its tag, its policy, and whether the service answers it.

    Each point is printed with its mend; exit status 1 when something is wrong. The service is asked one greeting.
    """
    from web.doctor import examine

    wrong = 0
    for point in examine(page, service, allow_private=allow_private):
        click.echo(printable(f"{'fine ' if point.fine else 'WRONG'}  {point.name:11}  {point.said}"))
        wrong += not point.fine
    if wrong:
        raise NotWell(f"{page}: {wrong} of these keep the chat from its visitors; mend them from the top")
