"""The routes for people: demonstration page, chat without JavaScript, articles, and the files of the widget."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Literal

import jinja2
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from bot.conversation import Conversation, Message
from bot.reply import Reply
from corpus.article import Article, Span
from index.errors import IndexFault
from web.articlepage import article_page, section_slug
from web.assets import Asset, Assets, Texts, spoken
from web.blocks import Note, Presentation, is_overdue, is_web_link, present
from web.once import Once
from web.problem import Problem, Refusal, nothing_to_search
from web.request import ARTICLE_ID, FeedbackRequest, Form, client_of, is_private, over_rate, read_form
from web.seal import Seal
from web.service import Answered, Service
from web.settings import ServiceSettings
from web.talk import Talk, talk

log = logging.getLogger("footnote.web")

Helpful = Literal["", "ask", "heard"]
"""Whether the page asks if its last reply helped, or thanks for having been told."""

_READ = ["GET", "HEAD"]
_FOREVER = "public, max-age=31536000, immutable"
_SOON = "public, max-age=300"


class Pages:
    """Templates and what every one of them needs."""

    def __init__(self, service: Service, assets: Assets, seal: Seal) -> None:
        self.service = service
        self.assets = assets
        self.seal = seal
        self.texts: Texts = spoken(assets.locales["en"].texts, service.settings)
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        settings = service.settings
        self._templates.globals.update(
            site=settings,
            texts=self.texts,
            icon=assets["icon.svg"].path,
            styles=assets["site.css"].path,
            emergency=service.answerer.emergency(settings.region),
        )

    def page(
        self,
        name: str,
        values: Mapping[str, object] | None = None,
        status: int = 200,
        cache: str = "no-store",
        retry_after: int | None = None,
    ) -> HTMLResponse:
        """The page made from template `name` with `values`."""
        html = self._templates.get_template(f"{name}.jinja").render(values or {})
        headers = {"cache-control": cache}
        if retry_after is not None:
            headers["retry-after"] = str(retry_after)
        return HTMLResponse(html, status, headers=headers)

    def shown_again(self, reply: Reply, asked: str) -> Answered:
        """How a reply of before, to `asked`, is shown now: without the words of articles that were withdrawn since."""
        words = {"withdrawn": str(self.texts["withdrawn"]), "changed": str(self.texts["changed"])}
        try:
            return self.service.show(reply, asked, **words)
        except IndexFault as fault:
            log.error("article damaged", extra={"fault": str(fault)})
            return self.card_alone(reply, Note(str(self.texts["lost"])))

    def card_alone(self, reply: Reply, *otherwise: Note) -> Answered:
        """The red flag of `reply` and no more, so that no article is looked up; `otherwise` where it has none."""
        if reply.escalation is None:
            return Answered(reply, Presentation(otherwise, ()))
        card = Reply("escalation", reply.escalation.headline, escalation=reply.escalation, note=reply.note)
        return Answered(reply, present(card, lambda article_id: None))

    def missing(self, generation: str | None) -> HTMLResponse:
        """Where an article is not: 404, or 503 while there is no index at all."""
        return self.empty() if generation is None else self.page("missing", status=404)

    def problem(self, problem: Problem) -> HTMLResponse:
        """Where a request was refused: why, and whom to call in an emergency."""
        return self.page("problem", {"problem": problem}, problem.status, retry_after=problem.retry_after)

    def empty(self) -> HTMLResponse:
        """Where there is no article at all."""
        return self.page("empty", status=503, retry_after=nothing_to_search().retry_after)


def router(pages: Pages) -> APIRouter:
    """All routes of this module, bound to one service, its composed files and the seal of its replies."""
    routes = APIRouter(include_in_schema=False)
    for part in (_chat, _articles, _files):
        part(routes, pages)
    return routes


def _chat(routes: APIRouter, pages: Pages) -> None:
    @routes.api_route("/chat", methods=_READ)
    async def chat_page() -> Response:
        return pages.page("chat", _page())

    @routes.post("/chat")
    async def chat_turn(request: Request) -> Response:
        body = await request.body()
        return await _turn(pages, body, over_rate(request), client_of(request), private=is_private(request))


def _articles(routes: APIRouter, pages: Pages) -> None:
    service = pages.service

    @routes.api_route("/", methods=_READ)
    async def demonstration(request: Request) -> Response:
        held = service.answerer.hold()
        ids = held.article_ids()
        articles = [article for article in map(held.article, ids[:12]) if article is not None]
        if not articles:
            return pages.empty()
        values = {
            "article": articles[0],
            "page": article_page(articles[0], None),
            "others": articles[1:],
            "loader": pages.assets["loader.js"],
            "base": _base(request, service.settings),
        }
        return pages.page("demo", values)

    @routes.api_route("/articles/{article_id}", methods=_READ)
    async def article(
        article_id: str, start: str = "", end: str = "", version: str = "", section: str = ""
    ) -> Response:
        held = service.answerer.hold()
        found = held.article(article_id) if ARTICLE_ID.fullmatch(article_id) else None
        if found is None:
            return pages.missing(held.generation_name)
        return _article(pages, found, _span(start, end), version, section)


def _files(routes: APIRouter, pages: Pages) -> None:
    assets, strange_loaders = pages.assets, Once()

    @routes.api_route("/widget.js", methods=_READ)
    async def widget(request: Request) -> Response:
        return _file(request, assets["widget.js"], _SOON)

    @routes.api_route("/assets/{digest}/{name}", methods=_READ)
    async def asset(request: Request, digest: str, name: str) -> Response:
        file = assets.files.get(name)
        if file is None:
            raise Problem(404, "There is no such file.")
        _tell(strange_loaders, file, digest)
        # A page that was loaded before an update still asks for the old hash: it gets the new file, kept only briefly.
        # So does a loader, which names its panel by `live`.
        return _file(request, file, _FOREVER if digest == file.hash else _SOON)


def _tell(strange: Once, file: Asset, digest: str) -> None:
    """Say once that a page holds a loader by the hash of another release: browsers refuse it, and its chat is gone."""
    if file.name == "loader.js" and digest != file.hash and (told := strange.first(digest)):
        log.warning("a page asks for the loader of another release; copy its tag anew", extra={"fault": told})


def _base(request: Request, settings: ServiceSettings) -> str:
    """Where a visitor reaches this service; in production that is by https, whatever a proxy speaks to us."""
    scheme = "https" if settings.mode == "production" else request.url.scheme
    return f"{scheme}://{request.url.netloc}"


async def _turn(pages: Pages, body: bytes, over_rate: Refusal | None, client: str, *, private: bool) -> Response:
    """The page after one form post: earlier replies are opened from their seals, and at most the last one is made.

    An earlier question whose reply is not sealed is shown without one; the last reply tells what red flag stands. What
    is refused stays in the box below the conversation, and is looked through for a red flag of its own. A client over
    its rate is shown red flags alone: no article is looked up for it, and the form carries the replies on.
    """
    settings = pages.service.settings
    form, private_visitor = read_form(body, settings), private
    if form.again:
        return pages.page("chat", _page())
    if form.helpful is not None:
        return await _heard(pages, form, over_rate, private=private)
    problem = _refusal(form, over_rate, settings, pages.texts)
    asked = form.earlier if problem else (*form.earlier, form.question)
    shown = _opened(pages, asked, form.sealed, cards_alone=over_rate is not None)
    if asked and shown[-1] is None and over_rate is None:
        try:
            # Only a new question is one that may be kept.
            private = private or problem is not None
            shown[-1] = await pages.service.answer(_conversation(asked, settings), private=private)
        except Problem as busy:
            problem, asked, shown = problem or busy, form.earlier, shown[: len(form.earlier)]
    warning = await _warning(pages, form, problem, client)
    if warning is not None:
        asked, shown = (*asked, form.question[: settings.max_message_characters]), [*shown, warning]
    earlier = _closed(pages, *_with_room(asked, shown, (settings.max_messages + 1) // 2))
    draft = form.question if problem else ""
    # A warning says itself why there is no answer.
    if problem is None or warning is not None:
        helpful = _may_be_helpful(shown[-1] if shown else None, settings, private=private_visitor)
        return pages.page("chat", _page(talk(asked, shown), earlier, draft=draft, helpful=helpful))
    page = _page(talk(asked, shown), earlier, problem.detail, draft)
    return pages.page("chat", page, problem.status, retry_after=problem.retry_after)


async def _heard(pages: Pages, form: Form, over_rate: Refusal | None, *, private: bool) -> Response:
    """The same page after a word on its last reply, which counts only for a reply that was made here."""
    shown = _opened(pages, form.earlier, form.sealed, cards_alone=over_rate is not None)
    last = shown[-1] if shown else None
    if last and over_rate is None and _may_be_helpful(last, pages.service.settings, private=private):
        kept = pages.service.settings.keep_feedback
        heard = FeedbackRequest(
            form.helpful,
            last.reply.kind,
            articles=list(dict.fromkeys(citation.article_id for citation in last.reply.citations)) if kept else [],
            generation=last.reply.generation if kept else None,
            question=form.earlier[-1] if kept else None,
        )
        await pages.service.heard(heard, private=private)
    earlier = _closed(pages, form.earlier, shown)
    page = _page(talk(form.earlier, shown), earlier, draft=form.question, helpful="heard")
    return pages.page("chat", page)


def _may_be_helpful(last: Answered | None, settings: ServiceSettings, *, private: bool) -> Helpful:
    """Whether the page asks if its last reply helped: not of small talk, and not of a private visitor."""
    if last is None or private or not settings.feedback:
        return ""
    return "ask" if last.reply.kind in ("answer", "abstain") else ""


def _with_room(
    asked: Sequence[str], shown: Sequence[Answered | None], most: int
) -> tuple[Sequence[str], Sequence[Answered | None]]:
    """The conversation without the oldest turn that is no red flag, where a warning makes it one too long."""
    if len(asked) <= most:
        return asked, shown
    gone = next((n for n, turn in enumerate(shown) if turn is None or turn.reply.escalation is None), 0)
    return (*asked[:gone], *asked[gone + 1 :]), [*shown[:gone], *shown[gone + 1 :]]


def _opened(
    pages: Pages, asked: Sequence[str], sealed: Sequence[str], *, cards_alone: bool = False
) -> list[Answered | None]:
    """The replies that are sealed here for these messages, as they are shown now; None for each other."""
    known = [
        pages.seal.open(asked[: n + 1], word)
        for n, (_, word) in enumerate(zip_longest(asked, sealed[: len(asked)], fillvalue=""))
    ]
    if cards_alone:
        return [None if reply is None else pages.card_alone(reply) for reply in known]
    return [None if reply is None else pages.shown_again(reply, text) for text, reply in zip(asked, known, strict=True)]


def _closed(pages: Pages, asked: Sequence[str], shown: Sequence[Answered | None]) -> list[tuple[str, str]]:
    """Each message with its sealed reply, for the form of the next page."""
    return [
        (text, pages.seal.close(asked[: n + 1], turn.reply) if turn else "")
        for n, (text, turn) in enumerate(zip(asked, shown, strict=True))
    ]


async def _warning(pages: Pages, form: Form, problem: Problem | None, client: str) -> Answered | None:
    """The red-flag screen's own message on a question that is refused for rate, length or load."""
    if not isinstance(problem, Refusal):
        return None
    asked = _conversation((*form.earlier, form.question), pages.service.settings)
    warning = await pages.service.warning(problem, asked, client)
    if warning is None:
        pages.service.metrics.refused(problem.status)
    return warning


def _page(
    talk: Talk | None = None,
    earlier: Sequence[tuple[str, str]] = (),
    problem: str | None = None,
    draft: str = "",
    helpful: Helpful = "",
) -> dict[str, object]:
    """What the template of the chat needs; `earlier` are messages with the sealed replies to them."""
    return {"talk": talk or Talk(), "earlier": earlier, "problem": problem, "draft": draft, "helpful": helpful}


def _conversation(asked: Sequence[str], settings: ServiceSettings) -> Conversation:
    return Conversation(tuple(Message("visitor", text) for text in asked), settings.region)


def _refusal(form: Form, over_rate: Refusal | None, settings: ServiceSettings, texts: Texts) -> Problem | None:
    """Why the question of this form is not answered, in words for the visitor; None when it is."""
    if not form.question:
        return Problem(422, str(texts["empty"]))
    if len(form.question) > settings.max_message_characters:
        return Refusal(422, str(texts["tooLong"]))
    if len(form.earlier) * 2 + 1 > settings.max_messages:
        return Refusal(422, str(texts["full"]))
    return over_rate


def _article(pages: Pages, article: Article, span: Span | None, version: str, section: str) -> Response:
    changed = bool(version) and not article.version.startswith(version)
    slugs = {section_slug(part.path): part.path[-1] for part in article.sections if part.path}
    wanted = section_slug(section.split(" > "))
    url = article.metadata.url
    values = {
        "article": article,
        "page": article_page(article, None if changed else span),
        "changed": changed,
        "overdue": is_overdue(article.metadata),
        "section": (wanted, slugs[wanted]) if wanted in slugs else None,
        "original": url if url is not None and is_web_link(url) else None,
        "sources": article.metadata.sources,
        "is_link": is_web_link,
    }
    return pages.page("article", values, cache="no-cache")


def _span(start: str, end: str) -> Span | None:
    if not (start.isascii() and start.isdecimal() and end.isascii() and end.isdecimal()):
        return None
    return Span(int(start[:9]), int(end[:9]))


def _file(request: Request, asset: Asset, cache: str) -> Response:
    headers = {"cache-control": cache, "vary": "Accept-Encoding", "etag": f'"{asset.hash}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(asset.gzipped, headers=headers, media_type=asset.media_type)
    return Response(asset.content, headers=headers, media_type=asset.media_type)
