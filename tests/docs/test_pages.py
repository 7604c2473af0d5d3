"""The documentation says what the product does, and every link in it leads somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.generate import FOLDER, pages

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "run `make docs`"


def test_no_generated_page_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(pages())


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """Every link, anchor and table of contents, of all pages: Sphinx warns of those that lead nowhere."""
    done = _sphinx(ROOT, tmp_path, "--nitpicky")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "index.html").is_file()


def test_the_site_fetches_nothing_from_another_host(tmp_path: Path) -> None:
    assert _sphinx(ROOT, tmp_path).returncode == 0
    found = [
        f"{page.name}: {address}"
        for page in (tmp_path / "site").rglob("*.html")
        for address in re.findall(r'<(?:script|img|link|iframe)[^>]*?(?:src|href)="(\w*:?//[^"]+)', page.read_text())
    ]
    assert not found


@pytest.mark.parametrize("link", ["[x](gone.md)", "[x](README.md#gone)", "[x](#gone)", "![x](gone.png)"])
def test_a_link_that_leads_nowhere_fails_the_build(tmp_path: Path, link: str) -> None:
    source = tmp_path / "source"
    (source / "docs").mkdir(parents=True)
    (source / "docs" / "README.md").write_text(f"# Home\n\n{link}\n")
    (source / "docs" / "templates").symlink_to(ROOT / "docs" / "templates")
    assert _sphinx(source, tmp_path).returncode != 0


@pytest.mark.parametrize("name", ["README.md"])
def test_every_link_of_a_page_beside_the_site_leads_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    local = [each.partition("#")[0] for each in targets if not re.match(r"\w+:", each)]
    assert local
    assert [each for each in local if not (ROOT / each).exists()] == []


def test_the_help_of_a_command_in_the_table_is_the_help_of_the_command() -> None:
    import click

    from web.cli import _COMMANDS, footnote

    context = click.Context(footnote)
    for name in _COMMANDS:
        command = footnote.get_command(context, name)
        assert command is not None
        assert command.help


def _sphinx(source: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The site of `source`, as `make docs` builds it, into `folder`."""
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", *options]
    places = ["-c", str(ROOT / "docs"), "-d", str(folder / "doctrees"), str(source), str(folder / "site")]
    return subprocess.run([*command, *places], capture_output=True, text=True, check=False)
