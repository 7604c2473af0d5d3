"""The OpenAPI document: schemas from the dataclasses themselves, the limits that a client meets, examples of each."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import msgspec

from bot.reply import Reply
from web.answerer import Status
from web.blocks import Alert, Heading, ItemList, Note, Notice, Paragraph, ReadAs, Source, Suggestions
from web.examples import EXAMPLES, REQUEST_EXAMPLE
from web.request import MOST_CITED, ChatRequest, FeedbackRequest
from web.settings import ServiceSettings

_PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457). Never holds what a visitor wrote.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "pointer": {"type": "string", "description": "The place in the body, such as /messages/0/text."},
        "retry_after": {"type": "integer", "description": "Seconds until a next try may succeed."},
        "code": {"type": "string", "description": "no_index: there is nothing to search just now."},
        "request_id": {"type": "string"},
    },
}


def openapi_document(settings: ServiceSettings) -> bytes:
    """The document as JSON; the same bytes for the same settings and version."""
    types = (Reply, ChatRequest, FeedbackRequest, Status, Source, *_BLOCKS)
    _, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    _limit(components, settings)
    components["Problem"] = _PROBLEM
    components["ChatReply"] = {
        "description": "The Reply and how it is shown.",
        "allOf": [
            _ref("Reply"),
            {
                "type": "object",
                "required": ["blocks", "sources", "withdrawn"],
                "properties": {
                    "blocks": {"type": "array", "items": {"anyOf": [_ref(block.__name__) for block in _BLOCKS]}},
                    "sources": {"type": "array", "items": _ref("Source")},
                    "withdrawn": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "Those of the articles in `cited` that are gone: show their words no longer.",
                    },
                },
            },
        ],
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Footnote", "version": version("footnote"), "description": _about(settings)},
        "paths": _paths(settings),
        "components": {"schemas": components},
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


_BLOCKS = (Alert, Heading, Paragraph, ItemList, Note, ReadAs, Notice, Suggestions)


def _about(settings: ServiceSettings) -> str:
    return (
        "Answers from the site's own articles, verbatim, with numbered footnotes. Limits: "
        f"{settings.max_message_characters} characters in a visitor message, {settings.max_messages} messages in a "
        f"conversation, {settings.max_body_bytes} bytes in a body, {settings.rate_per_minute} questions a minute and "
        f"{settings.rate_per_day} a day from one client. {_keeps(settings)}"
    )


def _keeps(settings: ServiceSettings) -> str:
    if not (settings.keep_questions or settings.keep_feedback):
        return "The service keeps nothing of a conversation."
    what = ["questions that were not covered"] if settings.keep_questions else []
    what += ["feedback with its question"] if settings.keep_feedback else []
    return f"Kept for {settings.keep_days} days, without names and numbers: {' and '.join(what)}."


def _heard(settings: ServiceSettings) -> str:
    if not settings.keep_feedback:
        return "Say whether an answer helped; counted, nothing else is kept"
    return f"Say whether an answer helped; counted, and kept for {settings.keep_days} days with question and articles"


def _limit(components: dict[str, Any], settings: ServiceSettings) -> None:
    components["ChatRequest"]["properties"]["messages"] |= {"minItems": 1, "maxItems": settings.max_messages}
    text = components["ChatMessage"]["properties"]["text"]
    text |= {
        "minLength": 1,
        "description": f"At most {settings.max_message_characters} characters from a visitor, 8000 from the bot.",
    }
    feedback = components["FeedbackRequest"]["properties"]
    components["ChatRequest"]["properties"]["cited"]["maxItems"] = settings.max_messages * MOST_CITED
    feedback["articles"]["maxItems"] = MOST_CITED
    feedback["question"]["description"] = f"At most {settings.max_message_characters} characters; dropped unless kept."


def _paths(settings: ServiceSettings) -> dict[str, Any]:
    chat = {
        "operationId": "chat",
        "summary": "Answer the last message of a conversation",
        "description": "Stateless: the whole conversation travels with each request. Ask for text/event-stream to get "
        "the events redflag, sources, block (each a JSON value) and done (the whole reply). A message that would be "
        "refused for rate, length or load but holds a red flag gets the fixed message for it instead.",
        "requestBody": _body("ChatRequest", REQUEST_EXAMPLE),
        "responses": {
            "200": {
                "description": "The reply",
                "content": {
                    "application/json": {
                        "schema": _ref("ChatReply"),
                        "examples": {name: {"value": value} for name, value in EXAMPLES.items()},
                    },
                    "text/event-stream": {"schema": {"type": "string"}},
                },
            },
            **_problems(400, 403, 413, 415, 422, 429, 500, 503),
        },
    }
    feedback = {
        "operationId": "feedback",
        "summary": _heard(settings),
        "requestBody": _body("FeedbackRequest", {"helpful": True, "kind": "answer"}),
        "responses": {"204": {"description": "Counted"}, **_problems(400, 403, 404, 413, 415, 422, 429, 500)},
    }
    return {
        "/api/v1/chat": {"post": chat},
        "/api/v1/feedback": {"post": feedback},
        "/healthz": {"get": _get("healthz", "Whether the process runs", {"type": "object"})},
        "/readyz": {"get": _get("readyz", "Whether questions can be answered", _ref("Status"), unready=True)},
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _body(schema: str, example: object) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": _ref(schema), "example": example}}}


def _problems(*codes: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _ref("Problem")}}
    return {str(code): {"description": "Refused; the detail says why", "content": content} for code in codes}


def _get(name: str, summary: str, schema: dict[str, Any], *, unready: bool = False) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    responses: dict[str, Any] = {"200": {"description": "Yes", "content": content}}
    if unready:
        responses["503"] = {"description": "Not now", "content": content}
    return {"operationId": name, "summary": summary, "responses": responses}
