"""The documentation says what the product does, and every link in it leads somewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from docs.figures import BEGIN, END, README, block, readme
from docs.generate import FOLDER, pages

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "run `make docs`"


def test_the_figures_of_the_readme_are_those_that_the_benchmarks_kept() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == readme(text), "run `make docs`"


def test_a_kept_benchmark_is_a_row_of_the_readme(tmp_path: Path) -> None:
    figures = {"single_right": 0.91234, "questions": 1234, "sizes": [1, 2]}
    record = {"name": "all_questions", "measured": "2026-11-22T03:00:00+00:00", "commit": "abcdef0123", "changed": True}
    (tmp_path / "one.json").write_text(json.dumps({**record, "figures": figures}))
    row = "| all questions | single right **0.912** · questions **1,234** | `abcdef0` and changes, 2026-11-22 |"
    assert block(tmp_path).splitlines()[-1] == row
    assert readme(f"before\n{BEGIN}old\n{END}after\n", tmp_path) == f"before\n{BEGIN}{block(tmp_path)}{END}after\n"


@pytest.mark.parametrize("left_out", [{"note": "other work ran", "figures": {"right": 1}}, {"figures": {"sets": {}}}])
def test_a_benchmark_that_is_doubted_or_empty_is_no_row_of_the_readme(tmp_path: Path, left_out: dict[str, Any]) -> None:
    record = {"measured": "2026-11-22T03:00:00+00:00", "commit": "abcdef0123", "changed": False}
    (tmp_path / "good.json").write_text(json.dumps({**record, "name": "good", "figures": {"right": 1}}))
    (tmp_path / "other.json").write_text(json.dumps({**record, "name": "other", **left_out}))
    assert "| good |" in block(tmp_path)
    assert "other" not in block(tmp_path)


def test_a_readme_that_lost_its_marks_is_not_written() -> None:
    with pytest.raises(ValueError, match="lost a mark"):
        readme("# Footnote\n")


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
