"""Writes the pages of `docs/reference/` from the product itself: `python -m docs.generate`.

The figures in the README and the page on speed are written too, from what the benchmarks kept.

`pages()` gives their text; a test compares it with the files, so that the reference cannot fall behind.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from docs.figures import README, readme
from docs.formats import formats
from docs.performance import PAGE, images, page

FOLDER = Path(__file__).parent / "reference"
IMAGES = Path(__file__).parent / "images"
_NOTE = "<!-- Written by `make docs`; change the code, not this page. -->\n\n"


def pages() -> dict[str, str]:
    """The generated pages by file name."""
    return {
        "cli.md": _command_line(),
        "settings.md": _settings(),
        "http.md": _http(),
        "formats.md": _NOTE + formats(),
    }


def _command_line() -> str:
    from web.cli import footnote

    parts = [_NOTE + "# Command line\n"]
    for name, command in _commands("footnote", footnote):
        context = click.Context(command, info_name=name, terminal_width=100, max_content_width=100)
        parts.append(f"## `{name}`\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def _commands(name: str, command: click.Command) -> list[tuple[str, click.Command]]:
    found = [(name, command)]
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for child in command.list_commands(context):
            known = command.get_command(context, child)
            if known:
                found += _commands(f"{name} {child}", known)
    return found


def _settings() -> str:
    from web.settings import ServiceSettings, documentation, keys

    defaults = ServiceSettings()
    rows = [f"| `{key}` | `{_shown(getattr(defaults, key))}` | {documentation(key)} |" for key in keys()]
    head = (
        "# Settings\n\nDefaults, then `footnote.toml`, then environment variables (`FOOTNOTE_` and the name in"
        " capitals), then flags. Unknown keys are errors. `footnote settings` prints each with where it came from.\n\n"
        "| name | default | what |\n|---|---|---|\n"
    )
    return _NOTE + head + "\n".join(rows) + "\n"


def _shown(value: object) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)


def _http() -> str:
    from web.openapi import openapi_document
    from web.settings import ServiceSettings

    document: dict[str, Any] = json.loads(openapi_document(ServiceSettings()))
    parts = [_NOTE + "# HTTP\n\nThe same as `GET /openapi.json` in short, with the default settings: none is kept.\n"]
    for path, methods in sorted(document["paths"].items()):
        for method, operation in sorted(methods.items()):
            parts.append(
                f"## `{method.upper()} {path}`\n\n{operation.get('description') or operation.get('summary', '')}\n"
            )
            responses = operation["responses"].items()
            answers = [f"| {status} | {answer['description']} |" for status, answer in responses]
            parts.append("| status | meaning |\n|---|---|\n" + "\n".join(answers) + "\n")
    return "\n".join(parts)


def main() -> None:
    """Write every page, the one on speed with its plots, and the figures of the README."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    for name, drawn in images().items():
        (IMAGES / name).write_text(drawn, encoding="utf-8")
    README.write_text(readme(README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
