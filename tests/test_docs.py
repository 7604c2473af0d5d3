"""The documentation says what the product does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate import FOLDER, pages

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["cli.md", "settings.md", "http.md"])
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "run `make docs`"


def test_every_link_between_the_pages_leads_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http:", "https:", "mailto:")) and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken


def test_the_help_of_a_command_in_the_table_is_the_help_of_the_command() -> None:
    import click

    from web.cli import _COMMANDS, footnote

    context = click.Context(footnote)
    for name in _COMMANDS:
        command = footnote.get_command(context, name)
        assert command is not None
        assert command.help
