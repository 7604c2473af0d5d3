"""A question as search sees it: two texts for the encoder and weighted terms. Knows nothing of conversation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One content word of the question.

    `alternatives` are phrases (each a tuple of stems) that say the same in the articles' language. `own` is False for a
    word that was taken over from earlier in the conversation. `start..end` is its place in `Query.text`.
    """

    stem: str
    text: str
    start: int
    end: int
    alternatives: tuple[tuple[str, ...], ...] = ()
    own: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched: the whole question, its asking part (may be the same text), and the content words."""

    text: str
    focus: str
    terms: tuple[Term, ...]
    expansion: str = ""

    @property
    def stems(self) -> tuple[str, ...]:
        """Every stem to look up, of the terms and of their alternatives, without repeats, in order."""
        found = dict.fromkeys(term.stem for term in self.terms)
        for term in self.terms:
            for phrase in term.alternatives:
                found.update(dict.fromkeys(phrase))
        return tuple(found)
