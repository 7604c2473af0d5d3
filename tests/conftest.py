"""Indexes that are built once per test session, with the real encoder, and the bot on them.

The export of the encoder needs torch for half a minute. It is made in a process of its own, so that no test shares a
process with torch, and kept under `.pytest_cache`, so that only the first session pays.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from bot.attachments import attachments
from bot.bot import Bot
from bot.understanding.lexicon import LexiconAttachment
from index.builder import BuildOptions
from index.rebuild import rebuild

ROOT = Path(__file__).resolve().parent.parent
GARDEN = ROOT / "tests" / "questions" / "garden"

# A test must not fail because the machine is busy.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

_EXPORT = """
import sys
from pathlib import Path
from index.export import cached_export
from bot.safety.attachment import cached_graph
folder = cached_export(None, Path(sys.argv[1])).folder
cached_graph(folder.parent)
print(folder)
"""

_ASK = """
import sys
from web.cli import main
sys.argv = ["footnote", "ask", "--json", "How long should I ice my ankle?"]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print("\\n".join(sys.modules), file=sys.stderr)
"""


@pytest.fixture(scope="session")
def bundled_encoder() -> Path:
    """The folder of the bundled model, exported."""
    cache = ROOT / ".pytest_cache" / "encoders"
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(
        [sys.executable, "-c", _EXPORT, str(cache)], capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="session")
def bundled_index(tmp_path_factory: pytest.TempPathFactory, bundled_encoder: Path) -> Path:
    """An index of the bundled articles, built as `footnote index build` builds it; nobody may change it."""
    return _built(tmp_path_factory.mktemp("bundled") / "index", bundled_encoder)


@pytest.fixture(scope="session")
def plain_index(tmp_path_factory: pytest.TempPathFactory, bundled_encoder: Path) -> Path:
    """An index of the bundled articles without the second safety layer; nobody may change it."""
    folder = tmp_path_factory.mktemp("plain") / "index"
    rebuild((), folder, BuildOptions(model=bundled_encoder, attachments=(LexiconAttachment(),)))
    return folder


@pytest.fixture(scope="session")
def garden_index(tmp_path_factory: pytest.TempPathFactory, bundled_encoder: Path) -> Path:
    """An index of the garden's articles (tests/questions/garden); nobody may change it."""
    return _built(tmp_path_factory.mktemp("garden") / "index", bundled_encoder, str(GARDEN / "articles"))


@pytest.fixture(scope="session")
def bot(bundled_index: Path) -> Bot:
    """The bot on the bundled articles."""
    return Bot.open(bundled_index)


@pytest.fixture(scope="session")
def garden_bot(garden_index: Path) -> Bot:
    """The bot on the garden's articles."""
    return Bot.open(garden_index)


@pytest.fixture(scope="session")
def answering_modules(bundled_index: Path) -> set[str]:
    """The top-level modules that are loaded once `footnote ask --json` has answered on a built index."""
    environment = {**os.environ, "FOOTNOTE_INDEX": str(bundled_index)}
    done = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("{"), done.stdout
    return {name.split(".")[0] for name in done.stderr.split()}


def _built(folder: Path, encoder: Path, *sources: str) -> Path:
    rebuilt = rebuild(sources, folder, BuildOptions(model=encoder, attachments=attachments(encoder.parent)))
    assert not rebuilt.failed
    return folder
