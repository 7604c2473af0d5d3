"""A second, quite different site: MedQuAD's documents on bones, joints and muscles, with their own questions.

    python -m benchmarks.medquad_site --public ../shared/eval/public --work var/medquad-site

Makes a folder of Markdown articles and a question file, both below --work and never to be committed, and prints what
`footnote eval` prints for them, with nothing changed for this site: no code, no vocabulary, no weights. Two of three
subjects are the site; the questions on the others are not covered. An article has a title (the subject) and below a
heading of one or two words (MedQuAD's type of question) each answer; the questions themselves are in no article.
Every sentence of an answer is gold for its question. The red-flag screen is left out, so that the figures are those
of answering alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.pools import lines
from corpus import markup
from corpus.article import Span
from corpus.sentences import sentences

Answer = Mapping[str, Any]

GOLD = range(25, 141)
"""Characters of a gold piece (docs/evaluation.md)."""


def site(public: Path) -> tuple[dict[str, list[Answer]], list[Answer]]:
    """The answers of each document of the site, and those of subjects that are left out."""
    chosen = set((public / "medquad" / "msk_ids.txt").read_text(encoding="utf-8").split())
    inside: dict[str, list[Answer]] = {}
    outside: list[Answer] = []
    for answer in lines(public / "medquad" / "docs.jsonl.gz"):
        if answer["id"] in chosen and answer["answer"].strip():
            if int(hashlib.sha256(answer["focus"].casefold().encode()).hexdigest(), 16) % 3:
                inside.setdefault(f"{answer['collection'].split('_')[0]}-{answer['doc']}".lower(), []).append(answer)
            else:
                outside.append(answer)
    everything = "\n".join(f"{a['focus']} {a['answer']}" for group in inside.values() for a in group).casefold()
    return inside, [a for a in outside if not any(name in everything for name in names(a))]


def names(answer: Answer) -> list[str]:
    """What the subject of an answer is called: where an article of the site says it, the site may cover it."""
    return [name.casefold() for name in (answer["focus"], *answer.get("synonyms", ()))]


def written(answers: Sequence[Answer]) -> str:
    """A document as Markdown."""
    parts = [markup.heading(1, answers[0]["focus"])]
    for answer in answers:
        parts += [markup.heading(2, answer["question_type"].capitalize()), markup.paragraph(answer["answer"])]
    return "\n\n".join(parts) + "\n"


def questions(inside: Mapping[str, Sequence[Answer]], outside: Sequence[Answer]) -> Iterator[dict[str, Any]]:
    """The question file: each question once, with the sentences of all its answers."""
    gold: dict[str, list[str]] = {}
    for answers in inside.values():
        for answer in answers:
            gold.setdefault(answer["question"], []).extend(pieces(answer["answer"]))
    for number, (question, found) in enumerate(gold.items()):
        if found:
            yield {"id": f"site-{number}", "question": question, "gold": found, "style": "known item"}
    for number, question in enumerate(dict.fromkeys(answer["question"] for answer in outside)):
        if question not in gold:
            yield {"id": f"left-out-{number}", "question": question, "kind": "left out"}


def pieces(text: str) -> list[str]:
    """A piece of every sentence that is long enough to tell it."""
    found = [span.of(text)[: GOLD.stop - 1].strip() for span in sentences(text, Span(0, len(text)))]
    return [piece for piece in found if len(piece) in GOLD]


def make(public: Path, work: Path) -> tuple[Path, Path]:
    """Write the articles and the questions; returns their folder and file."""
    inside, outside = site(public)
    folder, file = work / "articles", work / "questions.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    for name, answers in inside.items():
        (folder / f"{name}.md").write_text(written(answers), encoding="utf-8")
    file.write_text("".join(f"{json.dumps(line)}\n" for line in questions(inside, outside)), encoding="utf-8")
    return folder, file


def main() -> None:
    """Make the site, build its index, score it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True, help="folder with medquad/")
    parser.add_argument("--work", type=Path, required=True, help="folder for articles, questions, index and report")
    arguments = parser.parse_args()
    from benchmarks.silent import SilentScreen, trials
    from bot.attachments import attachments
    from bot.bot import Bot
    from bot.evaluation.questions import load
    from bot.evaluation.report import make as report_of
    from bot.evaluation.run import run
    from corpus.sources import read
    from index.builder import build
    from index.store import IndexFolder
    from web.cli.evaluate import _printed
    from web.cli.index import _bar

    folder, file = make(arguments.public, arguments.work)
    found = read([str(folder)])
    index = arguments.work / "index"
    build(found.articles, index, attachments=attachments(index / "encoders"), sources=(str(folder),), progress=_bar)
    bot = Bot(IndexFolder(index).current(), SilentScreen())
    cases = load([file])
    report = report_of(run(cases, bot), trials(cases, bot), bot, [str(file)], "all", 30)
    report.write(arguments.work / "report")
    print(f"{len(found.articles)} articles")
    print(_printed(report))


if __name__ == "__main__":
    main()
