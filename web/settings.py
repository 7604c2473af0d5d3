"""The settings of a whole running product: one frozen object, each value with where it came from.

Later wins: defaults < `footnote.toml` < environment (`FOOTNOTE_SITE_NAME`) < flags (`--site-name`). The key set is
closed: a key that nobody reads is an error, since a misspelt limit would otherwise be no limit at all.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_type_hints

import msgspec

from corpus.errors import FootnoteError
from web.colour import contrast

PREFIX = "FOOTNOTE_"
DEFAULT_FILE = Path("footnote.toml")

# Environment variables with our prefix that are no settings: where the settings file lies, and what tests look for.
_NOT_SETTINGS = frozenset({"FOOTNOTE_CONFIG", "FOOTNOTE_SHARED", "FOOTNOTE_CHROMIUM"})

Mode = Literal["development", "production"]
Origin = str
"""Where a value came from: `default`, `footnote.toml`, `environment` or `flag`."""


class SettingsError(FootnoteError):
    """A setting is unknown, cannot be read, or is not allowed with the others; the message names key and source."""


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Everything an owner may set; each annotation says what for (`footnote settings` prints them)."""

    index: Annotated[str, "Folder of the index."] = "var/index"
    mode: Annotated[Mode, "production refuses to start with insecure or unfinished settings."] = "development"
    host: Annotated[str, "Address to listen on."] = "127.0.0.1"
    port: Annotated[int, "Port to listen on."] = 8000
    site_name: Annotated[str, "Name of the site, shown in the chat and on its pages."] = "This website"
    site_url: Annotated[str | None, "Home page of the site, linked from the chat's pages."] = None
    search_url: Annotated[str | None, "The site's own search page, offered when nothing was found."] = None
    region: Annotated[str | None, "Whose emergency numbers are shown (uk, us, ...); none: all common ones."] = None
    contact: Annotated[str | None, "How to reach a person, in one sentence."] = None
    contact_url: Annotated[str | None, "Link for `contact`: https, mailto or tel."] = None
    starters: Annotated[tuple[str, ...], "Questions offered before the first one is asked."] = ()
    accent: Annotated[str, "Colour of buttons and links, #rrggbb; at least 4.5:1 against white."] = "#0b5563"
    allowed_origins: Annotated[
        tuple[str, ...], "Other origins whose pages may use the chat (https://example.org)."
    ] = ()
    allowed_hosts: Annotated[tuple[str, ...], "Host names the service answers to; none: any (development only)."] = ()
    frame_ancestors: Annotated[tuple[str, ...], "Origins that may put the chat page in a frame."] = ()
    trusted_proxies: Annotated[tuple[str, ...], "Addresses or networks whose X-Forwarded-For is believed."] = ()
    max_message_characters: Annotated[int, "Longest visitor message, in characters."] = 1000
    max_messages: Annotated[int, "Most messages in one conversation, visitor and bot together."] = 40
    max_body_bytes: Annotated[int, "Largest request body."] = 131_072
    rate_per_minute: Annotated[int, "Questions one client may ask in a minute."] = 30
    rate_per_day: Annotated[int, "Questions one client may ask in a day."] = 1000
    rate_storage: Annotated[str, "Where rates are counted; a redis:// URL for several machines."] = "memory://"
    rate_secret: Annotated[
        str | None, "Shared by several machines, so that a shared rate_storage never holds an address; 16 or more."
    ] = None
    ipv6_prefix: Annotated[int, "Clients are told apart by this many leading bits of an IPv6 address."] = 64
    answer_seconds: Annotated[float, "Time that one answer may take."] = 10.0
    workers: Annotated[int, "Processes that answer; each counts rates in memory and /metrics by itself."] = 1
    answer_threads: Annotated[int, "Answers made at the same time."] = 4
    answer_queue: Annotated[int, "Questions that may wait for a thread; more are told to come back."] = 64
    feedback: Annotated[
        bool, "Whether visitors are asked if an answer helped; counted only, unless keep_feedback is set."
    ] = True
    keep_questions: Annotated[
        bool, "Keep questions that the articles do not cover, scrubbed, and counts of red flags (`footnote gaps`)."
    ] = False
    keep_feedback: Annotated[bool, "Keep feedback, with the question scrubbed (`footnote gaps`)."] = False
    keep_days: Annotated[int, "Days after which what was kept is deleted; 1 to 365."] = 30
    keep_file: Annotated[str, "SQLite file for what is kept; made only when something is."] = "var/kept.sqlite"
    metrics: Annotated[bool, "Whether /metrics is served; keep it from the public at the proxy."] = True
    telemetry_url: Annotated[
        str | None, "OpenTelemetry collector (OTLP over HTTP) for times of requests and stages; never text."
    ] = None


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings and, for each key, its origin."""

    settings: ServiceSettings
    origins: Mapping[str, Origin]


_FIELDS = tuple(field.name for field in dataclasses.fields(ServiceSettings))


@cache  # evaluated when first needed: `footnote ask` reads the settings, and mostly there are none
def _types() -> dict[str, Any]:
    return get_type_hints(ServiceSettings, include_extras=True)


def documentation(key: str) -> str:
    """The sentence that describes setting `key`."""
    return str(_types()[key].__metadata__[0])


def shown(key: str, value: object) -> object:
    """`value` as it may be printed: a secret, or a password in an address, is not."""
    if key == "rate_secret" and value is not None:
        return "***"
    return re.sub(r"//[^/@]*@", "//***@", value) if key == "rate_storage" and isinstance(value, str) else value


def keys() -> tuple[str, ...]:
    """Every key there is, in the order of the documentation."""
    return _FIELDS


def load_settings(
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
) -> LoadedSettings:
    """Read all layers and check them; a missing `footnote.toml` is fine, a missing `file` that was named is not.

    Raises SettingsError with the key and the place it stands in.
    """
    environ = environ or {}
    named = file or (Path(environ["FOOTNOTE_CONFIG"]) if "FOOTNOTE_CONFIG" in environ else None)
    layers = (
        _from_file(named or DEFAULT_FILE, required=named is not None),
        _from_environment(environ),
        ("flag", {key: value for key, value in (flags or {}).items() if value is not None}),
    )
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = dict.fromkeys(_FIELDS, "default")
    for origin, layer in layers:
        for key, raw in layer.items():
            values[key] = _read(key, raw, origin)
            origins[key] = origin
    settings = ServiceSettings(**values)
    try:
        check(settings)
    except SettingsError as fault:
        # What is wrong begins with the key; the layer says where to mend it.
        key = re.split(r"\W", str(fault), maxsplit=1)[0]
        raise SettingsError(f"{origins[key]}: {fault}" if key in origins else str(fault)) from fault
    return LoadedSettings(settings, origins)


def _from_file(path: Path, *, required: bool) -> tuple[Origin, dict[str, Any]]:
    if not path.is_file():
        if required:
            raise SettingsError(f"{path}: no such settings file; correct --config or FOOTNOTE_CONFIG")
        return path.name, {}
    try:
        return path.name, tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); let this user read it") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML ({error})") from error


def _from_environment(environ: Mapping[str, str]) -> tuple[Origin, dict[str, Any]]:
    names = [name for name in environ if name.startswith(PREFIX) and name not in _NOT_SETTINGS]
    return "environment", {name.removeprefix(PREFIX).lower(): environ[name] for name in names}


def _read(key: str, raw: object, origin: Origin) -> object:
    if key not in _FIELDS:
        raise SettingsError(f"{origin}: unknown setting {key!r}; `footnote settings` lists those there are")
    kind = _types()[key].__origin__
    as_text = origin in ("environment", "flag")
    if kind == tuple[str, ...] and isinstance(raw, str):
        raw = [part.strip() for part in raw.split(",") if part.strip()]
    try:
        return msgspec.convert(raw, kind, strict=not as_text)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{origin}: setting {key!r}: {error}") from error


_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?|https?://\[[0-9a-f:]+\](:\d+)?")
_LOCAL = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\]")
_SECRET_LENGTH = 16
_LINK = re.compile(r"(https?://|mailto:|tel:)\S+")


def check(settings: ServiceSettings) -> None:
    """Raise SettingsError for values that no service should run with, and in production for unfinished ones."""
    _check_origins(settings)
    _check_network(settings)
    _check_numbers(settings)
    _check_accent(settings)
    if settings.mode == "production":
        _check_production(settings)


def _check_origins(settings: ServiceSettings) -> None:
    for key in ("allowed_origins", "frame_ancestors"):
        for origin in getattr(settings, key):
            if not _ORIGIN.fullmatch(origin):
                raise SettingsError(f"{key}: {origin!r} is no origin; write it as https://example.org, without a path")
    for key in ("site_url", "search_url", "contact_url"):
        link = getattr(settings, key)
        if link is not None and not _LINK.fullmatch(link):
            raise SettingsError(f"{key}: {link!r} is no https, mailto or tel link")


_ALL_IPV4_IN_IPV6 = ipaddress.IPv6Network("::ffff:0:0/96")


def _check_network(settings: ServiceSettings) -> None:
    for proxy in settings.trusted_proxies:
        if not _is_network(proxy):
            raise SettingsError(f"trusted_proxies: {proxy!r} is no address or network; write it as 10.0.0.0/8")
        network = ipaddress.ip_network(proxy, strict=False)
        if network.prefixlen == 0 or network == _ALL_IPV4_IN_IPV6:
            raise SettingsError(f"trusted_proxies: {proxy!r} is everybody; name your own proxies")
    for host in settings.allowed_hosts:
        if not _HOST.fullmatch(host):
            raise SettingsError(
                f"allowed_hosts: {host!r} is no host name; write it as chat.example.org, without a port"
            )
    if settings.telemetry_url is not None and not _ORIGIN.fullmatch(settings.telemetry_url):
        raise SettingsError(f"telemetry_url: {settings.telemetry_url!r} is no address; write it as http://host:4318")
    if settings.rate_secret is not None and len(settings.rate_secret) < _SECRET_LENGTH:
        raise SettingsError(f"rate_secret: too short; write {_SECRET_LENGTH} or more random characters")


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _check_numbers(settings: ServiceSettings) -> None:
    for key in _POSITIVE:
        if getattr(settings, key) <= 0:
            raise SettingsError(f"{key}: must be more than 0")
    if not 1 <= settings.port <= 65535:
        raise SettingsError("port: must be between 1 and 65535")
    if not 16 <= settings.ipv6_prefix <= 128:
        raise SettingsError("ipv6_prefix: must be between 16 and 128")
    if not 1 <= settings.keep_days <= 365:
        raise SettingsError("keep_days: must be between 1 and 365")


def _check_accent(settings: ServiceSettings) -> None:
    ratio = contrast(settings.accent, "#ffffff")
    if ratio is None:
        raise SettingsError(f"accent: {settings.accent!r} is no colour; write it as #rrggbb")
    if ratio < 4.5:  # WCAG 2.2, 1.4.3
        raise SettingsError(f"accent: {settings.accent} has only {ratio:.1f}:1 against white; choose 4.5:1 or more")


_POSITIVE: Final = (
    "max_message_characters",
    "max_messages",
    "max_body_bytes",
    "rate_per_minute",
    "rate_per_day",
    "answer_seconds",
    "workers",
    "answer_threads",
    "answer_queue",
)


def _check_production(settings: ServiceSettings) -> None:
    from bot.safety.message import region_of  # here: the settings alone must not read files of the bot

    faults = []
    if settings.region is None:
        faults.append("region is not set, so visitors would not see their own emergency number")
    elif region_of(settings.region) is None:
        faults.append(f"region {settings.region!r} is not known, so visitors would not see their own emergency number")
    if not settings.allowed_hosts:
        faults.append("allowed_hosts is empty, so any name that points here would be served")
    if settings.contact is None:
        faults.append("contact is not set, so nobody can ask for a person")
    if not settings.rate_storage.startswith("memory:") and settings.rate_secret is None:
        faults.append("rate_secret is not set, so the addresses of visitors could be told from what rate_storage holds")
    for key in ("site_url", "search_url", "contact_url"):
        if (getattr(settings, key) or "").startswith("http:"):
            faults.append(f"{key} is not https")
    for key in ("allowed_origins", "frame_ancestors"):
        plain = [o for o in getattr(settings, key) if o.startswith("http:") and not _LOCAL.fullmatch(o)]
        faults.extend(f"{key}: {origin} is not https" for origin in plain)
    if faults:
        raise SettingsError("mode = production: " + "; ".join(faults))
