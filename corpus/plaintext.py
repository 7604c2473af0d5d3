"""Plain text to Markdown: headings, lists, captions and lost headings, inferred from the lines alone.

The rules are about how texts lose their markup when they are copied from a page, and know no article:

* a line that ends in a colon begins a list when short lines follow; they are its items even if they read like headings
* a short line without a full stop, a question, or a numbered line is a heading when text follows it
* two empty lines where one is usual, in front of a paragraph, are the place of a heading that was lost
* a heading is below another when that one, or the text under it, announces several things ("Types of ...", "here are")
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from corpus import lines as looks
from corpus import markup, roles
from corpus.headings import Node, set_levels, with_lost
from corpus.lines import Line
from corpus.words import content_stems

_MAX_TITLE_WORDS = 25
_FAR = 1_000
"""How many lines below a table of contents its entries are looked for."""

_MEANS_THE_TITLE = re.compile(r"\b(?:it|they|this|these)\b", re.IGNORECASE)


def to_markdown(text: str) -> str:
    """`text` as Markdown; the title, if the first line is one, as its only heading of level 1.

    Every character besides list marks, spaces and invisible ones is kept, in order; nothing in `text` is read as
    markup.
    """
    return lines_to_markdown(looks.split(text))


def lines_to_markdown(lines: Sequence[Line]) -> str:
    """The same for lines that were put together elsewhere; what they say of their level is kept."""
    start = next((place for place, line in enumerate(lines) if not roles.is_furniture(line.text)), 0)
    title = lines[start] if lines and _is_title(lines[start:]) else None
    nodes = list(_nodes(lines[start + 1 :] if title else lines))
    set_levels(nodes, title.text if title else "")
    written = [*(markup.paragraph(line.text) for line in lines[:start]), markup.heading(1, title.text)] if title else []
    return "\n\n".join([*written, *(node.markdown() for node in with_lost(nodes, looks.usual_gap(lines)))]) + "\n"


def _is_title(lines: Sequence[Line]) -> bool:
    first = lines[0]
    if first.level is not None:
        return first.level == 1
    if len(lines) < 2 or first.bullet is not None or first.introduces or first.words > _MAX_TITLE_WORDS:
        return False
    if first.is_question and _MEANS_THE_TITLE.search(first.text):
        return False
    return (
        not first.text.endswith((".", ";", ","))
        and not roles.is_furniture(first.text)
        and not roles.is_byline(first.text)
    )


def _nodes(lines: Sequence[Line]) -> Iterator[Node]:
    place = 0
    while place < len(lines):
        line = lines[place]
        if line.bullet is not None:
            end = _bullets_end(lines, place)
            yield Node("list", line, tuple(item.bullet or item.text for item in lines[place:end]))
        elif (end := _listing_end(lines, place)) > place + 1:
            yield Node("heading" if roles.is_back_matter(line.text) else "paragraph", line)
            yield Node("list", lines[place + 1], tuple(item.text for item in lines[place + 1 : end]))
        elif line.number is not None and (end := _numbers_end(lines, place)) > place:
            yield Node("list", line, tuple(item.unnumbered for item in lines[place:end]), ordered=True)
        elif (end := _stack_end(lines, place)) > place + 1:
            yield from _stack(lines[place:end], lines[end] if end < len(lines) else None)
        else:
            end = place + 1
            yield _single(lines, place)
            run = _run_end(lines, end) if line.introduces and not roles.is_byline(line.text) else end
            if run > end:
                yield Node("list", lines[end], tuple(item.text for item in lines[end:run]))
                end = run
        place = end


def _single(lines: Sequence[Line], place: int) -> Node:
    line = lines[place]
    after = lines[place + 1] if place + 1 < len(lines) else None
    before = lines[place - 1] if place else None
    if before is not None and roles.is_open_byline(before.text):
        return Node("paragraph", line)
    if _is_heading(line, after) or _is_heading_with_colon(lines, place):
        return Node("heading", line)
    continues = before is not None and (before.bullet is not None or before.introduces or not before.ends_sentence)
    alone = line.gap > 0 and (after is None or after.gap > 0)
    if line.is_caption and alone and not continues:
        return Node("caption", line)
    return Node("paragraph", line)


def _is_heading(line: Line, after: Line | None) -> bool:
    """Whether a line that looks like a heading has something to be the heading of."""
    if line.level is not None:
        return line.level > 0
    if after is None or not line.may_be_heading or roles.is_furniture(line.text) or roles.is_byline(line.text):
        return False
    return not (line.is_question and after.is_question and not after.gap)


def _is_heading_with_colon(lines: Sequence[Line], place: int) -> bool:
    """Whether a short line with a colon is the heading of the paragraph behind it ("Causes:"), not of a list."""
    line, after = lines[place], lines[place + 1] if place + 1 < len(lines) else None
    if after is not None and line.names_with_colon and roles.is_summary_heading(line.text):
        return True
    if after is None or not line.names_with_colon or after.bullet is not None or after.number is not None:
        return False
    return after.has_sentences or not after.may_be_item


def _bullets_end(lines: Sequence[Line], place: int) -> int:
    while place < len(lines) and lines[place].bullet is not None:
        place += 1
    return place


def _numbers_end(lines: Sequence[Line], place: int) -> int:
    """Where a numbered list ends that begins at `place`; `place` itself when the line is a numbered heading."""
    end, number = place, lines[place].number
    while end < len(lines) and lines[end].number == number:
        end, number = end + 1, (number or 0) + 1
    return place if end == place + 1 and _is_heading(lines[place], lines[end] if end < len(lines) else None) else end


def _listing_end(lines: Sequence[Line], place: int) -> int:
    """Where the links end below a line like "In this article" or "Related articles"; `place + 1` without any."""
    end = place + 1
    if roles.is_contents(lines[place].text):
        later = Counter(line.text.casefold() for line in lines[place + 1 : place + _FAR])
        listed: set[str] = set()
        while end < len(lines) and (text := lines[end].text.casefold()) not in listed and later[text] > 1:
            listed.add(text)
            end += 1
    elif roles.is_back_matter(lines[place].text):
        while end < len(lines) and lines[end].bullet is None and not lines[end].ends_sentence:
            if roles.is_furniture(lines[end].text) or not lines[end].may_be_item:
                break
            end += 1
    return end


def _run_end(lines: Sequence[Line], place: int) -> int:
    """Where the unmarked list ends that begins behind a colon; `place` when there is none.

    Items are short lines at one distance; a line behind them that reads like a heading of what follows is none of them,
    nor is one that ends the sentence of a condition ("If your heel: / hurts / swells / see someone.").
    """
    if place >= len(lines):
        return place
    first = lines[place]
    if first.gap > 1 or not first.follows_as_item(first):
        return place
    gap = lines[place + 1].gap if place + 1 < len(lines) else 0
    end = place + 1
    while end < len(lines) and gap <= 1 and lines[end].gap == gap and lines[end].follows_as_item(first):
        end += 1
    if lines[place - 1].is_condition and end > place + 1 and lines[end - 1].completes and lines[end - 1].ends_sentence:
        return end - 1
    if end == len(lines):
        return end
    tail = lines[end].completes
    last = lines[end - 1]
    if end == place + 1 and not tail:
        return place if _is_heading(last, lines[end]) or lines[end].bullet is not None else end
    return end - 1 if not tail and _heads_what_follows(last, lines[end], lines[place : end - 1]) else end


def _heads_what_follows(line: Line, after: Line, items: Sequence[Line]) -> bool:
    """Whether the last of some short lines is the heading of the text behind them."""
    if not _is_heading(line, after) or after.is_label or after.gap > line.gap + 1:
        return False
    if line.is_title_case and not all(item.is_title_case for item in items):
        return True
    return bool(set(content_stems(line.text)) & set(content_stems(" ".join(after.text.split()[:12]))))


def _stack_end(lines: Sequence[Line], place: int) -> int:
    """Where a stack of four or more short lines ends that look like headings of nothing; else `place`."""
    end = place
    while end < len(lines) and lines[end].may_be_heading and lines[end].number is None and lines[end].depth == 0:
        if (
            lines[end].level is not None
            or lines[end].is_question
            or roles.is_furniture(lines[end].text)
            or roles.is_byline(lines[end].text)
        ):
            break
        end += 1
    return end if end - place >= 4 else place


def _stack(stack: Sequence[Line], after: Line | None) -> Iterator[Node]:
    """A heading, an unmarked list, and perhaps the heading of what follows."""
    yield Node("heading", stack[0])
    headed = after is not None and not after.completes and _heads_what_follows(stack[-1], after, stack[1:-1])
    items = stack[1:-1] if headed else stack[1:]
    yield Node("list", items[0], tuple(item.text for item in items))
    if headed:
        yield Node("heading", stack[-1])
