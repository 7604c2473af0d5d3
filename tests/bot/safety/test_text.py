"""A message as words: what is left of odd letters."""

from __future__ import annotations

from bot.safety.text import read


def test_a_mark_that_only_sounds_is_no_word() -> None:
    alone = read("\uff9e my foot", {}, {})  # a halfwidth voiced sound mark: a letter that becomes an accent
    assert [word.text for word in alone.words] == ["my", "foot"]
    assert alone.quote(0, 1) == "my foot"
