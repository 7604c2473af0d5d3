"""A visitor's message turned into a question that can be searched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.understanding.kinds import Kind, kinds
from bot.understanding.lexicon import NAME as LEXICON
from bot.understanding.lexicon import Lexicon
from bot.understanding.spelling import Correction, Lookups, Speller
from bot.understanding.vocabulary import Expansion, Vocabulary, folder, load, subjects
from corpus.article import Span
from corpus.sentences import sentences
from index.query import Query, Term
from index.words import STOP_WORDS, Word, analyse, words

if TYPE_CHECKING:
    from index.generation import Generation

_LONG = 22
"""A message with more words than this has a background; its asking sentences are searched on their own as well."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question, as typed and as understood.

    `text` is the stand-alone question after spelling and follow-up resolution; `focus` its asking part. `inherited` are
    the stems taken over from earlier turns. `subjects` are the things that the message names (each a tuple of
    stems), of those that a question can be about.
    """

    message: str
    text: str
    focus: str
    kinds: frozenset[Kind]
    query: Query
    corrections: tuple[Correction, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    inherited: frozenset[str] = frozenset()
    subjects: tuple[tuple[str, ...], ...] = ()

    @property
    def own_terms(self) -> tuple[Term, ...]:
        """The content words that this message itself brings."""
        return tuple(term for term in self.query.terms if term.own)


class Reader:
    """Reads messages with the words of one corpus; pure."""

    def __init__(self, speller: Speller, vocabulary: Vocabulary, subjects: Vocabulary) -> None:
        self._speller = speller
        self._vocabulary = vocabulary
        self._subjects = subjects

    def spelt(self, message: str, lookups: Lookups | None = None) -> tuple[str, tuple[Correction, ...]]:
        """The message with misspelt words replaced in place, and what was replaced.

        `lookups` holds what was looked up earlier in the same turn, and takes up what is looked up now.
        """
        read = words(message)
        changes = self._speller.correct(read, lookups)
        text = message
        for position in sorted(changes, reverse=True):
            word = read[position]
            text = text[: word.start] + changes[position].meant + text[word.end :]
        return text, tuple(changes[position] for position in sorted(changes))

    def read(
        self,
        message: str,
        text: str | None = None,
        inherited: frozenset[str] = frozenset(),
        corrections: tuple[Correction, ...] = (),
    ) -> Question:
        """The question in `message`; `text` is its stand-alone form, spelt already, and `corrections` what was replaced
        in it."""
        spelt, corrections = self.spelt(message) if text is None else (text, corrections)
        focus = _asking_part(spelt)
        expansions = self._vocabulary.expand(words(spelt))
        return Question(
            message=message,
            text=spelt,
            focus=focus,
            kinds=kinds(focus) or kinds(spelt),
            query=Query(spelt, focus, self._terms(spelt, focus, expansions, inherited), _expanded(spelt, expansions)),
            corrections=corrections,
            expansions=tuple(expansions),
            inherited=inherited,
            subjects=tuple(tuple(analyse(found.written)) for found in self._subjects.expand(words(focus))),
        )

    def _terms(
        self, text: str, focus: str, expansions: Sequence[Expansion], inherited: frozenset[str]
    ) -> tuple[Term, ...]:
        read = words(text)
        meant: dict[int, tuple[tuple[str, ...], ...]] = {}
        for expansion in expansions:
            phrases = tuple(phrase for phrase in (tuple(analyse(other)) for other in expansion.meant) if phrase)
            inside = range(expansion.start, expansion.end)
            content = [position for position in inside if read[position].text not in STOP_WORDS]
            meant.update(dict.fromkeys(content or inside[:1], phrases))
        terms: dict[str, Term] = {}
        for position, word in enumerate(read):
            if (word.text in STOP_WORDS and position not in meant) or word.stem in terms:
                continue
            terms[word.stem] = _term(word, meant.get(position, ()), inherited)
        return tuple(terms.values())


def open_reader(generation: Generation) -> Reader:
    """The reader for the words of one generation, with the vocabulary that comes with Footnote."""
    vocabulary = load(folder())
    lexicon = Lexicon(generation.encoder, partial(generation.attachment, LEXICON))
    known = vocabulary.surface | (things := subjects(folder())).surface
    speller = Speller(
        generation.lexical.vocabulary(), known, lexicon, lambda stem: generation.lexical.document_frequency(stem) > 0
    )
    return Reader(speller, vocabulary, things)


def _term(word: Word, alternatives: tuple[tuple[str, ...], ...], inherited: frozenset[str]) -> Term:
    return Term(word.stem, word.text, word.start, word.end, alternatives, word.stem not in inherited)


def _expanded(text: str, expansions: Sequence[Expansion]) -> str:
    """The question with the articles' words in place of the visitor's, for the encoder; empty when nothing changes."""
    if not expansions:
        return ""
    read = words(text)
    result = text
    for expansion in reversed(expansions):
        start, end = read[expansion.start].start, read[expansion.end - 1].end
        result = result[:start] + expansion.meant[0] + result[end:]
    return result


_ASKS = re.compile(r"\?\s*$")


def _asking_part(text: str) -> str:
    """The sentences that ask; the whole text when it is short, or when they hold no content word of their own."""
    if len(text.split()) <= _LONG:
        return text
    parts = [span.of(text) for span in sentences(text, Span(0, len(text)))]
    asking = [part for part in parts if _ASKS.search(part)] or [part for part in parts if kinds(part)]
    joined = " ".join(asking)
    return joined if len(analyse(joined)) >= 2 else text
