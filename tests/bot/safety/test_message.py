"""The numbers and the facts that a message is filled with: a file that is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.safety.errors import RuleError
from bot.safety.message import regions, situations


@pytest.mark.parametrize("content", [None, b"\xff", b"region = [", b'[[region]]\nid = "uk"\n'])
def test_wrong_numbers_are_refused_and_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "regions.toml").write_bytes(content)
    with pytest.raises(RuleError) as caught:
        regions(tmp_path)
    assert caught.value.file == "regions.toml"


def test_wrong_facts_are_refused_and_named(tmp_path: Path) -> None:
    (tmp_path / "situations.toml").write_text('[[situation]]\nid = "heat"\ncolour = "red"\n')
    with pytest.raises(RuleError, match=r"situations\.toml"):
        situations(tmp_path)
