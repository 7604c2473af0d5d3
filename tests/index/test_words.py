"""Words and stems: the same however a text is written, and nothing of it is remembered."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from index import words as words_module
from index.search import Searcher
from index.store import IndexFolder
from index.words import fold, stem, words


@given(st.text(alphabet=st.characters(max_codepoint=0x250), max_size=40))
def test_a_word_is_folded_as_its_text_is(text: str) -> None:
    for word in words(text):
        raw = text[word.start : word.end]
        assert word.text == fold(raw).removesuffix("'s").replace("'", "")
        assert word.stem == stem(word.text)


def remembered() -> dict[str, int]:
    """How much each function of the words remembers."""
    return {
        name: each.cache_info().currsize for name, each in vars(words_module).items() if hasattr(each, "cache_info")
    }


def test_no_word_that_was_read_is_remembered() -> None:
    words("Ankles hurt.")
    before = remembered()
    words("Zzyzxquor vexes Kowalskj.")
    assert remembered() == before


def test_what_is_remembered_of_frequencies_are_stems_of_the_articles(plain_index: Path) -> None:
    searcher = Searcher(IndexFolder(plain_index).current())
    asked = ["ankl", "zzyzxquor", "ankl", "zzyzxquor"]
    found = [searcher.frequency(each) for each in asked]
    assert found == [searcher.generation.lexical.document_frequency(each) for each in asked]
    assert set(searcher._frequencies) == {"ankl"}
