"""Text directives match once, and where they should."""

from __future__ import annotations

import re
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from web.textfragment import text_directive

ARTICLE = (
    "Rest\n\nRest your ankle for a day or two. Use a cold-pack, wrapped in cloth & towel.\n\n"
    "Ice\n\nUse ice three times a day. Rest your ankle for a day or two.\n\n"
    "Signs:\n\nPain at night\nSwelling\nPain at rest"
)


def directive(quote: str, nth: int = 0) -> str | None:
    start = [match.start() for match in re.finditer(re.escape(quote), ARTICLE)][nth]
    return text_directive(ARTICLE, start, start + len(quote))


def test_a_unique_sentence_is_spelt_out() -> None:
    assert directive("Use ice three times a day.") == "text=Use%20ice%20three%20times%20a%20day."


def test_characters_with_a_meaning_are_encoded() -> None:
    assert directive("Use a cold-pack, wrapped in cloth & towel.") == (
        "text=Use%20a%20cold%2Dpack%2C%20wrapped%20in%20cloth%20%26%20towel."
    )


def test_a_repeated_sentence_is_told_apart_by_the_words_before_it() -> None:
    assert directive("Rest your ankle for a day or two.", 1) == (
        "text=a%20day.-,Rest%20your%20ankle%20for%20a%20day%20or%20two."
    )


def test_the_words_before_it_may_be_its_heading() -> None:
    assert directive("Rest your ankle for a day or two.", 0) == (
        "text=Rest-,Rest%20your%20ankle%20for%20a%20day%20or%20two."
    )


def test_a_word_that_stands_everywhere_gets_no_directive() -> None:
    assert text_directive("rest rest rest", 5, 9) is None


def test_a_passage_of_several_blocks_is_named_by_its_ends() -> None:
    assert directive("Pain at night\nSwelling\nPain at rest") == "text=Pain%20at%20night,Pain%20at%20rest"


def test_an_empty_passage_gets_none() -> None:
    assert text_directive(ARTICLE, 3, 3) is None
    assert text_directive("a\n\nb", 1, 3) is None


def followed(article: str, made: str) -> tuple[int, int] | None:
    """Where a browser would scroll: the first match, term by term, at word boundaries, without case."""
    terms = made.removeprefix("text=").split(",")
    prefix = unquote(terms.pop(0)[:-1]) if terms[0].endswith("-") else None
    first, last = unquote(terms[0]), unquote(terms[1]) if len(terms) > 1 else None
    flat = re.sub(r"[^\S\n]", " ", article).lower()
    for start in range(len(flat)):
        end = _ends(flat, start, first)
        if end is None or (prefix is not None and not _precedes(flat, start, prefix)):
            continue
        if last is None:
            return start, end
        ends = (_ends(flat, place, last) for place in range(end, len(flat)))
        return next(((start, stop) for stop in ends if stop is not None), None)
    return None


def _ends(flat: str, start: int, term: str) -> int | None:
    pattern = r"(?<!\w)" + " +".join(map(re.escape, term.lower().split())) + r"(?!\w)"
    match = re.compile(pattern).match(flat, start)
    return match.end() if match else None


def _precedes(flat: str, start: int, prefix: str) -> bool:
    return any(_ends(flat, place, prefix) == len(flat[:start].rstrip()) for place in range(start))


WORDS = st.text(alphabet="abA -,&.'\n", min_size=1, max_size=60)


@given(WORDS, st.data())
def test_whatever_is_linked_is_found_by_a_browser_at_its_place(article: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(article) - 1))
    end = data.draw(st.integers(start + 1, len(article)))
    made = text_directive(article, start, end)
    if made is not None:
        quote = article[start:end]
        begin, finish = start + len(quote) - len(quote.lstrip()), start + len(quote.rstrip())
        assert followed(article, made) == (begin, finish)


def test_a_long_line_of_few_words_is_spelt_out_whole() -> None:
    line = " ".join(["supercalifragilisticexpialidocious" * 2] * 2)
    assert text_directive(line, 0, len(line)) == f"text={line.replace(' ', '%20')}"
