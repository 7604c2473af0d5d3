"""A Reply as plain text for people: the escalation where it belongs, the answer, numbered footnotes."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from bot.reply import Citation, Escalation, Reply, Sentence
from web.readas import read_as

_WIDTH = 88


def paper(reply: Reply, asked: str = "") -> str:
    """The reply to `asked` as paragraphs of at most 88 columns; no colour, no control characters of the source text."""
    parts: list[str] = []
    escalation = reply.escalation
    if escalation and escalation.tier != "assessment":
        parts.append(_escalation(escalation))
    if reply.note:
        parts.append(_wrapped(reply.note))
    understood = read_as(reply, asked)
    if understood:
        parts.append(_wrapped(f"Read as: {understood}"))
    if reply.kind == "answer":
        parts.append(_answer(reply))
        parts.append("\n".join(_footnote(citation) for citation in reply.citations))
    elif reply.kind != "escalation":
        parts.append(_wrapped(reply.text))
    if escalation and escalation.tier == "assessment":
        parts.append(_escalation(escalation))
    return printable("\n\n".join(part for part in parts if part))


def printable(text: str) -> str:
    """The text without control characters, which could move a terminal's cursor."""
    return "".join(character for character in text if character in "\n\t" or character.isprintable())


def _answer(reply: Reply) -> str:
    return "\n\n".join(_paragraph(reply.sentences, citation.number) for citation in reply.citations)


def _paragraph(sentences: Sequence[Sentence], number: int) -> str:
    """What one citation says: headings and lead-ins on lines of their own, lists as lists, prose as a paragraph."""
    lines: list[str] = []
    prose: list[str] = []
    said = [sentence for sentence in sentences if sentence.citation == number]
    for place, sentence in enumerate(said):
        text = f"{sentence.text} [{number}]" if place + 1 == len(said) else sentence.text
        if sentence.part == "text":
            prose.append(text)
            continue
        lines += _filled(prose)
        bullet = "  - " if sentence.part == "item" else ""
        lines.append(textwrap.fill(text, _WIDTH, initial_indent=bullet, subsequent_indent=" " * len(bullet)))
    return "\n".join([*lines, *_filled(prose)])


def _filled(prose: list[str]) -> list[str]:
    """The prose so far as one wrapped paragraph, and forgotten."""
    paragraph = [textwrap.fill(" ".join(prose), _WIDTH)] if prose else []
    prose.clear()
    return paragraph


def _footnote(citation: Citation) -> str:
    place = " > ".join(part for part in (citation.title, citation.section) if part)
    lines = textwrap.wrap(place, _WIDTH - 5) + ([citation.url] if citation.url else [])
    return f"[{citation.number}]  " + "\n     ".join(lines)


def _escalation(escalation: Escalation) -> str:
    text = escalation.text.removeprefix(escalation.headline).strip()
    lines = [escalation.headline.upper(), "", _wrapped(text)]
    lines += [f"  * {action.label}" + (f"  ({action.href})" if action.href else "") for action in escalation.actions]
    return "\n".join(lines)


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.fill(line, _WIDTH) for line in text.split("\n"))
