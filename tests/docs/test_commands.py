"""Each `footnote` command that a document prints exists, with the options that it prints."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from web.cli import footnote

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [
    *(page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "reference"),
    ROOT / "README.md",
    ROOT / "deploy" / "README.md",
    ROOT / "corpus" / "vocabulary" / "README.md",
    *(ROOT / "deploy" / "systemd").glob("*.service"),
]
_PRINTED = re.compile(r"(?:^(?:    |ExecStart=\S*/)|`)(footnote [a-z][^`\n]*)", re.MULTILINE)


def _commands() -> list[tuple[str, str]]:
    return [
        (page.relative_to(ROOT).as_posix(), printed.split("  ")[0].split(" #")[0])
        for page in PAGES
        for printed in _PRINTED.findall(page.read_text(encoding="utf-8"))
    ]


def test_documents_print_commands() -> None:
    assert len(_commands()) > 50


@pytest.mark.parametrize(("page", "printed"), sorted(set(_commands())))
def test_a_printed_command_exists_with_its_options(page: str, printed: str) -> None:
    words = re.split(r"[<>|;&]", printed)[0].replace("[", " ").replace("]", " ").replace('"', "").split()
    command: click.Command = footnote
    context = click.Context(command)
    for word in words[1:]:
        if not isinstance(command, click.Group):
            break
        found = command.get_command(context, word)
        assert found is not None, f"{page}: no command {word!r}"
        command = found
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} - known - {
        "--help",
        "--version",
    } == set()
