"""The routes for people: demonstration page, chat without JavaScript, articles, and the files of the widget."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

import jinja2
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from bot.conversation import Conversation, Message
from corpus.article import Article, Span
from web.articlepage import article_page, section_slug
from web.assets import Asset, Assets, Texts, spoken
from web.blocks import is_web_link
from web.problem import Problem, nothing_to_search
from web.request import is_private, read_form
from web.seal import Seal
from web.service import Service
from web.settings import ServiceSettings
from web.talk import Talk, talk

_READ = ["GET", "HEAD"]
_FOREVER = "public, max-age=31536000, immutable"
_SOON = "public, max-age=300"
_ARTICLE_ID = re.compile(r"[a-z0-9._-]{1,200}")


class Pages:
    """Templates and what every one of them needs."""

    def __init__(self, service: Service, assets: Assets) -> None:
        self.service = service
        self.assets = assets
        self.seal = Seal()
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

    def missing(self, generation: str | None) -> HTMLResponse:
        """Where an article is not: 404, or 503 while there is no index at all."""
        return self.empty() if generation is None else self.page("missing", status=404)

    def empty(self) -> HTMLResponse:
        """Where there is no article at all."""
        return self.page("empty", status=503, retry_after=nothing_to_search().retry_after)


def router(service: Service, assets: Assets) -> APIRouter:
    """All routes of this module, bound to one service and its composed files."""
    routes = APIRouter(include_in_schema=False)
    pages = Pages(service, assets)

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
            "loader": assets["loader.js"],
            "base": _base(request, service.settings),
        }
        return pages.page("demo", values)

    @routes.api_route("/chat", methods=_READ)
    async def chat_page() -> Response:
        return pages.page("chat", _page())

    @routes.post("/chat")
    async def chat_turn(request: Request) -> Response:
        return await _turn(pages, await request.body(), private=is_private(request))

    @routes.api_route("/articles/{article_id}", methods=_READ)
    async def article(
        article_id: str, start: str = "", end: str = "", version: str = "", section: str = ""
    ) -> Response:
        held = service.answerer.hold()
        found = held.article(article_id) if _ARTICLE_ID.fullmatch(article_id) else None
        if found is None:
            return pages.missing(held.generation_name)
        return _article(pages, found, _span(start, end), version, section)

    @routes.api_route("/widget.js", methods=_READ)
    async def widget(request: Request) -> Response:
        return _file(request, assets["loader.js"], _SOON)

    @routes.api_route("/assets/{digest}/{name}", methods=_READ)
    async def asset(request: Request, digest: str, name: str) -> Response:
        file = assets.files.get(name)
        if file is None:
            raise Problem(404, "There is no such file.")
        # A page that was loaded before an update still asks for the old hash: it gets the new file, kept only briefly.
        return _file(request, file, _FOREVER if digest == file.hash else _SOON)

    return routes


def _base(request: Request, settings: ServiceSettings) -> str:
    """Where a visitor reaches this service; in production that is by https, whatever a proxy speaks to us."""
    scheme = "https" if settings.mode == "production" else request.url.scheme
    return f"{scheme}://{request.url.netloc}"


async def _turn(pages: Pages, body: bytes, *, private: bool) -> Response:
    """The page after one form post: earlier replies are opened from their seals, or made again; the new one is made."""
    settings = pages.service.settings
    form = read_form(body, settings)
    if form.again:
        return pages.page("chat", _page())
    problem = _refusal(form.earlier, form.question, settings, pages.texts)
    asked = form.earlier if problem else (*form.earlier, form.question)
    known = {n: pages.seal.open(asked[: n + 1], word) for n, word in enumerate(form.sealed[: len(asked)])}
    missing = [n for n in range(len(asked)) if known.get(n) is None]
    try:
        made = await pages.service.answer_all(
            [_conversation(asked[: n + 1], settings) for n in missing], private=private
        )
    except Problem as busy:
        # The question stays in the box, and what was asked before travels on.
        kept = list(zip_longest(form.earlier, form.sealed[: len(form.earlier)], fillvalue=""))
        page = _page(earlier=kept, problem=busy.detail, draft=form.question)
        return pages.page("chat", page, busy.status, retry_after=busy.retry_after)
    answered = dict(zip(missing, made, strict=True))
    answered.update({n: pages.service.show(reply) for n, reply in known.items() if reply is not None})
    replies = [answered[n] for n in range(len(asked))]
    earlier = [(text, pages.seal.close(asked[: n + 1], replies[n].reply)) for n, text in enumerate(asked)]
    shown = _page(talk=talk(asked, replies), earlier=earlier, problem=problem, draft=form.question if problem else "")
    return pages.page("chat", shown, 422 if problem else 200)


def _page(
    talk: Talk | None = None, earlier: Sequence[tuple[str, str]] = (), problem: str | None = None, draft: str = ""
) -> dict[str, object]:
    """What the template of the chat needs; `earlier` are messages with the sealed replies to them."""
    return {"talk": talk or Talk(), "earlier": earlier, "problem": problem, "draft": draft}


def _conversation(asked: Sequence[str], settings: ServiceSettings) -> Conversation:
    return Conversation(tuple(Message("visitor", text) for text in asked), settings.region)


def _refusal(earlier: Sequence[str], question: str, settings: ServiceSettings, texts: Texts) -> str | None:
    """Why this question is not answered, in words for the visitor; None when it is."""
    if not question:
        return str(texts["empty"])
    if any(len(text) > settings.max_message_characters for text in (*earlier, question)):
        return str(texts["tooLong"])
    if len(earlier) * 2 + 1 > settings.max_messages:
        return str(texts["full"])
    return None


def _article(pages: Pages, article: Article, span: Span | None, version: str, section: str) -> Response:
    changed = bool(version) and not article.version.startswith(version)
    slugs = {section_slug(part.path): part.path[-1] for part in article.sections if part.path}
    wanted = section_slug(section.split(" > "))
    url = article.metadata.url
    values = {
        "article": article,
        "page": article_page(article, None if changed else span),
        "changed": changed,
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
