"""A Reply as a person reads it in a terminal: red flags where they belong, and nothing that moves the cursor."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.reply import Escalation
from tests.cli.console import footnote
from tests.web.fakes import ESCALATIONS, SHOES, answer, reply_to
from web.cli.paper import paper


def test_an_emergency_stands_alone_with_whom_to_call() -> None:
    assert paper(reply_to("emergency")).splitlines() == [
        "CALL 999 NOW",
        "",
        "Do not wait for this page.",
        "Say what happened and where you are.",
        "  * Call 999  (tel:999)",
    ]


@pytest.mark.parametrize(("tier", "first"), [("urgent", True), ("assessment", False)])
def test_urgent_stands_before_the_answer_and_assessment_after_it(tier: str, first: bool) -> None:
    escalation: Escalation = ESCALATIONS[tier]
    text = paper(replace(answer(), escalation=escalation))
    assert (text.index(escalation.headline.upper()) < text.index(SHOES)) is first


def test_an_abstention_is_printed_in_its_own_words() -> None:
    assert paper(reply_to("price")) == "The articles do not say."


def test_a_note_stands_after_an_urgent_flag_and_before_the_answer() -> None:
    text = paper(replace(answer(), escalation=ESCALATIONS["urgent"], note="Only in part."))
    assert text.index(ESCALATIONS["urgent"].headline.upper()) < text.index("Only in part.") < text.index(SHOES)


def test_help_names_every_command_and_what_it_does() -> None:
    done = footnote("--help")
    assert done.status == 0
    for name, words in (("ask", "Answer one question"), ("serve", "Serve the chat"), ("safety", "red-flag screen")):
        assert any(line.split()[:1] == [name] and words in line for line in done.out.splitlines()), name


def test_settings_without_their_explanation_take_one_line_each() -> None:
    brief, explained = footnote("settings"), footnote("settings", "--explain")
    assert brief.status == explained.status == 0
    assert len(explained.out.splitlines()) == 2 * len(brief.out.splitlines())
