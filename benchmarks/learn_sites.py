"""Makes small sites whose questions are half on subjects that they leave out, for `benchmarks.learn --site`.

    python -m benchmarks.learn_sites --public ../shared/eval/public --work var/learn-sites

Each site is drawn from one source of MedQuAD, so that what is left out lies near to what is in, and one from all. Only
documents whose id hashes into the training half are used, and none of a subject of `benchmarks/medquad_site.py`, which
measures what was learned here. Below --work, one folder for each site: articles, questions and index, never to be
committed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.learn_importance import lines
from benchmarks.medquad_site import names, questions, written

Answer = Mapping[str, Any]

SOURCES = ("CancerGov", "NIDDK", "NHLBI", "NIHSeniorHealth", "NINDS", "")
"""Where the sites come from; the last from everywhere."""

INSIDE, OUTSIDE = 60, 40
"""Subjects of a site, and those left out, at most; a source with fewer gives three in five to the site."""

LONGEST = 1200
"""Characters of an answer, so that an index is built in a minute; it is cut after a sentence."""


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.casefold().encode()).hexdigest(), 16)


def subjects(public: Path) -> dict[str, list[Answer]]:
    """The answers of the training half by subject, without those that `medquad_site` asks about."""
    chosen = set((public / "medquad" / "msk_ids.txt").read_text(encoding="utf-8").split())
    answers = [a for a in lines(public / "medquad" / "docs.jsonl.gz") if a["answer"].strip()]
    measured = {name for a in answers if a["id"] in chosen for name in names(a)}
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        if _hash(answer["doc"]) % 2 == 0 and not measured & set(names(answer)):
            found.setdefault(answer["focus"].casefold(), []).append({**answer, "answer": _cut(answer["answer"])})
    return found


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: text.rfind(". ", 0, LONGEST) + 1] or text[:LONGEST]


def site(found: Mapping[str, Sequence[Answer]], source: str) -> tuple[dict[str, list[Answer]], list[Answer]]:
    """The answers of each subject of a site, and those on subjects that no article of it names."""
    mine = sorted(name for name, answers in found.items() if answers[0]["source"].startswith(source))
    random.Random(source).shuffle(mine)
    count = min(INSIDE, len(mine) * 3 // 5)
    inside = {f"subject-{n}": list(found[name]) for n, name in enumerate(mine[:count])}
    everything = "\n".join(f"{a['focus']} {a['answer']}" for group in inside.values() for a in group).casefold()
    outside = [a for name in mine[count : count + OUTSIDE] for a in found[name]]
    return inside, [a for a in outside if not any(name in everything for name in names(a))]


def make(public: Path, work: Path) -> Iterator[tuple[Path, Path]]:
    """Write the sites one after another; yields the folder of the articles and the file of the questions of each."""
    found = subjects(public)
    for source in SOURCES:
        inside, outside = site(found, source)
        folder, file = work / (source or "all") / "articles", work / (source or "all") / "questions.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        for name, answers in inside.items():
            (folder / f"{name}.md").write_text(written(answers), encoding="utf-8")
        file.write_text("".join(f"{json.dumps(line)}\n" for line in questions(inside, outside)), encoding="utf-8")
        yield folder, file


def main() -> None:
    """Make the sites and their indexes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True, help="folder with medquad/")
    parser.add_argument("--work", type=Path, required=True, help="folder for articles, questions and indexes")
    arguments = parser.parse_args()
    from bot.attachments import attachments
    from corpus.sources import read
    from index.builder import build

    for folder, _ in make(arguments.public, arguments.work):
        index = folder.parent / "index"
        articles = read([str(folder)]).articles
        build(articles, index, attachments=attachments(index / "encoders"), sources=(str(folder),))
        print(f"{index}: {len(articles)} articles", flush=True)


if __name__ == "__main__":
    main()
