"""What a visitor's message may be at the command line."""

from __future__ import annotations

from corpus.errors import FootnoteError

MAX_CHARACTERS = 4000
"""As in the web service: about 700 words, four times the longest message of the safety suite."""


class MessageError(FootnoteError):
    """The question cannot be taken as it is; says why and what to do."""


def visitor_message(text: str) -> str:
    """The message as it may be answered; raises MessageError for an empty or much too long one."""
    if not text.strip():
        raise MessageError(
            'the question is empty; type it in quotes, for example: footnote ask "How long should I ice it?"'
        )
    if len(text) > MAX_CHARACTERS:
        raise MessageError(f"the question has {len(text)} characters; {MAX_CHARACTERS} is the most; shorten it")
    return text
