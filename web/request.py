"""What a client sends, read strictly: closed key sets, our own words about what is wrong, never the visitor's.

The decoder's messages are thrown away, since they quote keys and values; only the place is told (`/messages/0/text`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request

from bot.conversation import Conversation, Message
from web.problem import Problem, Refusal
from web.settings import ServiceSettings


class ChatMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message; only those of the visitor are evidence."""

    role: Literal["visitor", "bot"]
    text: str


class ChatRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole conversation, oldest message first, the last one the visitor's.

    `cited` are the ids of articles that earlier answers quoted: the reply names those that were withdrawn since.
    """

    messages: list[ChatMessage]
    region: str | None = None
    cited: list[str] = []


FeedbackReason = Literal["not_my_question", "unclear", "not_enough", "wrong", "other"]


class FeedbackRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether one answer helped; None takes an earlier word back.

    `question` is what was asked; it is dropped unless the owner has feedback kept, and the widget sends it only then.
    """

    helpful: bool | None
    kind: Literal["answer", "abstain", "escalation", "smalltalk"]
    reason: FeedbackReason | None = None
    articles: list[str] = []
    generation: str | None = None
    question: str | None = None


_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError)
"""What the decoder raises; the second for a string that is no UTF-8, which is no error of its own kind."""

_chat_decoder = msgspec.json.Decoder(ChatRequest)
_feedback_decoder = msgspec.json.Decoder(FeedbackRequest)

MOST_CITED = 5
"""Most citations of one answer."""

_REGION = re.compile(r"[a-z][a-z-]{0,15}")
ARTICLE_ID = re.compile(r"[a-z0-9._-]{1,200}")
"""What an article id can look like."""
# A bot message comes from us; ten times a long answer leaves room for any that we ever sent.
_MAX_BOT_CHARACTERS = 8000
# Control characters say nothing to a reader; line breaks and tabs do.
_CONTROL = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in (0x09, 0x0A)}


async def gone(request: Request) -> None:
    """Return when the client has left; to be waited for once the body was read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def require_json(content_type: str | None) -> None:
    """Refuse any body that a plain HTML form of another site could send."""
    if (content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "Send the body as application/json.")


def over_rate(request: Request) -> Refusal | None:
    """The refusal of a client that is over its rate (see web.doors.RateDoor); None within it."""
    refusal: Refusal | None = getattr(request.state, "refusal", None)
    return refusal


def client_of(request: Request) -> str:
    """The client as its rate is counted (see web.doors.RateDoor)."""
    client: str = request.state.client
    return client


def is_private(request: Request) -> bool:
    """Whether the browser asks for Global Privacy Control: nothing of this visitor is then kept, whatever is set."""
    return request.headers.get("sec-gpc") == "1"


@dataclass(frozen=True, slots=True)
class Asked:
    """A conversation, and the articles that its earlier answers quoted."""

    conversation: Conversation
    cited: tuple[str, ...]


def read_chat(body: bytes, settings: ServiceSettings) -> Asked:
    """What is asked in `body`; raises Problem 400 (not JSON) or 422 (not as documented, or over a limit)."""
    try:
        request = _chat_decoder.decode(body)
    except _UNREADABLE as error:
        raise _unreadable(error) from None
    if len(request.messages) > settings.max_messages:
        raise _too_many(settings, "/messages")
    messages = tuple(_message(message, number, settings) for number, message in enumerate(request.messages))
    if not messages or messages[-1].role != "visitor":
        raise Problem(422, "The last message must be the visitor's.", pointer="/messages")
    most = settings.max_messages * MOST_CITED
    if len(request.cited) > most or not all(map(ARTICLE_ID.fullmatch, request.cited)):
        raise Problem(422, f"At most {most} article ids.", pointer="/cited")
    return Asked(Conversation(messages, read_region(request.region, settings)), tuple(dict.fromkeys(request.cited)))


def read_refused(body: bytes, settings: ServiceSettings) -> Conversation:
    """What the visitor wrote in a `body` that is refused, whatever its size; empty where it cannot be read."""
    try:
        request = _chat_decoder.decode(body)
    except _UNREADABLE:
        return Conversation(())
    said = tuple(Message("visitor", clean(message.text)) for message in request.messages if message.role == "visitor")
    known = request.region is not None and _REGION.fullmatch(request.region)
    return Conversation(said, request.region if known else settings.region)


def read_region(region: str | None, settings: ServiceSettings) -> str | None:
    """The region that was asked for, or the site's own; raises Problem 422 for what cannot be a region."""
    if region is None or region == "":
        return settings.region
    if not _REGION.fullmatch(region):
        raise Problem(422, "A region is a short name in small letters, such as uk.", pointer="/region")
    return region


def read_feedback(body: bytes, settings: ServiceSettings) -> FeedbackRequest:
    """The feedback in `body`; raises Problem as `read_chat` does."""
    try:
        feedback = _feedback_decoder.decode(body)
    except _UNREADABLE as error:
        raise _unreadable(error) from None
    if len(feedback.articles) > MOST_CITED or not all(ARTICLE_ID.fullmatch(article) for article in feedback.articles):
        raise Problem(422, f"At most {MOST_CITED} article ids.", pointer="/articles")
    if len(feedback.question or "") > settings.max_message_characters:
        raise Problem(
            422, f"A question holds at most {settings.max_message_characters} characters.", pointer="/question"
        )
    return feedback


@dataclass(frozen=True, slots=True)
class Form:
    """What the form of /chat carries: earlier messages, sealed replies to them, and the new one or a fresh start.

    `helpful` is what was said of the last reply, where a button for that was pressed.
    """

    earlier: tuple[str, ...]
    sealed: tuple[str, ...]
    question: str
    again: bool
    helpful: bool | None = None


def read_form(body: bytes, settings: ServiceSettings) -> Form:
    """The form in `body`; raises Problem 400 when it cannot be read, 422 for more than any conversation may hold."""
    try:
        # An earlier turn takes two fields.
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=settings.max_messages * 2 + 8)
    except (UnicodeDecodeError, ValueError):
        raise Problem(400, "The form could not be read. Go back and try again.") from None
    # A form sends line breaks as CR LF; clean() drops the CR.
    earlier = tuple(text for text in map(clean, fields.get("earlier", ())) if text)
    # A conversation is full with a last message of its visitor, or with the reply to it.
    if len(earlier) > (settings.max_messages + 1) // 2:
        raise _too_many(settings, "/earlier")
    if any(len(text) > settings.max_message_characters for text in earlier):
        raise _too_long(settings.max_message_characters, "/earlier")
    # A suggestion is a button of its own, pressed beside an empty box or a half-written question.
    question = (fields.get("suggested") or fields.get("question") or [""])[0]
    helpful = {"yes": True, "no": False}.get(fields.get("helpful", [""])[0])
    return Form(earlier, tuple(fields.get("sealed", ())), clean(question), "again" in fields, helpful)


def clean(text: str) -> str:
    """`text` in NFC, without control characters and outer white space."""
    return unicodedata.normalize("NFC", text).translate(_CONTROL).strip()


def _message(message: ChatMessage, number: int, settings: ServiceSettings) -> Message:
    text = clean(message.text)
    pointer = f"/messages/{number}/text"
    limit = settings.max_message_characters if message.role == "visitor" else _MAX_BOT_CHARACTERS
    if len(text) > limit:
        raise _too_long(limit, pointer)
    if not text:
        raise Problem(422, "The message is empty.", pointer=pointer)
    return Message(message.role, text)


def _too_many(settings: ServiceSettings, pointer: str) -> Refusal:
    return Refusal(
        422, f"A conversation holds at most {settings.max_messages} messages. Start a new one.", pointer=pointer
    )


def _too_long(limit: int, pointer: str) -> Refusal:
    return Refusal(422, f"A message holds at most {limit} characters. Shorten it.", pointer=pointer)


_PLACE = re.compile(r" - at `\$([\w.\[\]]*)`$")


def _unreadable(error: Exception) -> Problem:
    if not isinstance(error, msgspec.ValidationError):
        return Problem(400, "The body is not valid JSON.")
    place = _PLACE.search(str(error))
    pointer = re.sub(r"\.|\[(\d+|\.\.\.)\]", lambda m: f"/{m[1]}" if m[1] else "/", place[1]) if place else ""
    return Problem(422, "The body is not as documented in /openapi.json.", pointer=pointer)
