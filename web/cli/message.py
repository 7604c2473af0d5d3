"""What a visitor's message may be at the command line."""

from __future__ import annotations

from corpus.errors import FootnoteError

MAX_CHARACTERS = 4000
"""About 700 words: four times what the web service takes by default, since nobody else waits for an answer here."""


class MessageError(FootnoteError):
    """The question cannot be taken as it is; says why and what to do."""


def visitor_message(text: str) -> str:
    """The message as it may be answered; raises MessageError for an empty, an unreadable or a much too long one."""
    if not text.strip():
        raise MessageError(
            'the question is empty; type it in quotes, for example: footnote ask "How long should I ice it?"'
        )
    if not is_text(text):
        raise MessageError("the question holds bytes that are no text; type it again in a terminal that uses UTF-8")
    if len(text) > MAX_CHARACTERS:
        raise MessageError(f"the question has {len(text)} characters; {MAX_CHARACTERS} is the most; shorten it")
    return text


def is_text(text: str) -> bool:
    """Whether every character is a whole one; a lone surrogate is none, and the tokenizer refuses it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
