"""A Reply as plain text for people: the escalation where it belongs, the answer, numbered footnotes."""

from __future__ import annotations

import textwrap

from bot.reply import Citation, Escalation, Reply

_WIDTH = 88


def paper(reply: Reply) -> str:
    """The reply as paragraphs of at most 88 columns; no colour, no control characters of the source text."""
    parts: list[str] = []
    escalation = reply.escalation
    if escalation and escalation.tier != "assessment":
        parts.append(_escalation(escalation))
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
    paragraphs: list[str] = []
    for citation in reply.citations:
        said = [sentence.text for sentence in reply.sentences if sentence.citation == citation.number]
        paragraphs.append(_wrapped(f"{' '.join(said)} [{citation.number}]"))
    return "\n\n".join(paragraphs)


def _footnote(citation: Citation) -> str:
    place = " > ".join(part for part in (citation.title, citation.section) if part)
    lines = textwrap.wrap(place, _WIDTH - 5) + ([citation.url] if citation.url else [])
    return f"[{citation.number}]  " + "\n     ".join(lines)


def _escalation(escalation: Escalation) -> str:
    lines = [escalation.headline.upper(), "", _wrapped(escalation.text)]
    lines += [f"  * {action.label}" + (f"  ({action.href})" if action.href else "") for action in escalation.actions]
    if escalation.findings:
        heard = "; ".join(f"“{finding.evidence}”" for finding in escalation.findings)
        lines += ["", _wrapped(f"Because you wrote: {heard}")]
    return "\n".join(lines)


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.fill(line, _WIDTH) for line in text.split("\n"))
