"""Exchanges generations under load: a real `footnote serve` with two workers, many clients, a builder that publishes.

    python -m benchmarks.swap --keep        # 20 swaps, 10,000 requests, 8 clients; some minutes

Every request must be answered, and every citation must be what its article says in the very generation that the reply
names: each edition of the articles has another text at other offsets, so a mixture cannot pass. Ends with status 1 at
the first fault. `--keep` writes benchmarks/results/swap.json.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.results import keep
from benchmarks.serving import Server, memory_mb
from corpus.article import Article
from corpus.readers.document import Raw
from corpus.sources import bundled, to_article
from index.builder import Attachment, build

QUESTIONS = (
    "How long should I ice my ankle?",
    "What can I do about ankle pain from running?",
    "When should I see a doctor about my ankle?",
    "How do I prevent ankle pain?",
    "What causes heel pain?",
    "Should I wear a brace?",
    "What time does the train leave?",
)


@dataclass(slots=True)
class Outcome:
    """What clients saw: faults in words, and how many replies each generation gave, with how many citations."""

    faults: list[str] = field(default_factory=list)
    replies: Counter[str] = field(default_factory=Counter)
    citations: int = 0
    requests: int = 0


class Editions:
    """The bundled articles in edition after edition, and what each generation says."""

    def __init__(self, folder: Path, model: Path | None, attachments: Sequence[Attachment]) -> None:
        self.texts: dict[str, dict[str, tuple[str, str]]] = {}
        self._folder, self._model, self._attachments = folder, model, attachments
        self._number = itertools.count(1)

    def publish(self) -> str:
        """Make the next edition current; returns the name of its generation."""
        articles = edition(next(self._number))
        # The name is known only afterwards, and a server may be quicker: readers of `texts` wait for it.
        name = build(articles, self._folder, model=self._model, attachments=self._attachments).generation
        self.texts[name] = {article.id: (article.version, article.text) for article in articles}
        return name


def edition(number: int) -> list[Article]:
    """The bundled articles with a paragraph at their beginning that moves everything behind it."""
    made = []
    for origin in bundled():
        head, rule, body = Path(origin).read_text(encoding="utf-8").partition("\n---\n")
        said = f"This is edition {number} of this page{', which was read once more' * (number % 5)}."
        heading, gap, rest = body.lstrip().partition("\n\n")
        made.append(to_article(Raw(f"{head}{rule}\n{heading}{gap}{said}\n\n{rest}".encode(), origin)))
    return made


def swap(
    folder: Path,
    *,
    swaps: int,
    requests: int,
    clients: int = 8,
    workers: int = 2,
    model: Path | None = None,
    attachments: Sequence[Attachment] = (),
) -> dict[str, Any]:
    """Serve, ask and exchange until there were so many of each; returns what was seen, `faults` among it."""
    editions = Editions(folder, model, attachments)
    editions.publish()
    seen, lock, done = Outcome(), threading.Lock(), threading.Event()
    with Server(folder, "--workers", str(workers)) as server:

        def client(number: int) -> None:
            for turn in itertools.count(number):
                if done.is_set():
                    return
                try:
                    reply = server.ask(QUESTIONS[turn % len(QUESTIONS)])
                except (OSError, ValueError) as error:
                    with lock:
                        seen.faults.append(f"no reply: {error}")
                    continue
                found = _faults(reply, editions.texts)
                with lock:
                    seen.requests += 1
                    seen.replies[reply["generation"]] += 1
                    seen.citations += len(reply["citations"])
                    seen.faults += found

        started = time.perf_counter()
        threads = [threading.Thread(target=client, args=(number,), daemon=True) for number in range(clients)]
        for thread in threads:
            thread.start()
        before = _memory(server)
        while (len(editions.texts) <= swaps or seen.requests < requests) and not seen.faults:
            _until_seen(editions.publish(), seen)
        done.set()
        for thread in threads:
            thread.join(60)
        after = _memory(server)
    return {
        "workers": workers,
        "clients": clients,
        "requests": seen.requests,
        "generations_published": len(editions.texts),
        "generations_that_answered": len(seen.replies),
        "citations_checked": seen.citations,
        "faults": seen.faults,
        "seconds": round(time.perf_counter() - started, 1),
        "memory_mb_before": before,
        "memory_mb_after": after,
    }


def _until_seen(name: str, seen: Outcome) -> None:
    """Wait until a reply names this generation: a swap that nobody saw does not count."""
    until = time.monotonic() + 120
    while not seen.replies[name] and not seen.faults:
        if time.monotonic() > until:
            seen.faults.append(f"generation {name} was never taken up")
        time.sleep(0.05)


def _faults(reply: Mapping[str, Any], texts: Mapping[str, Mapping[str, tuple[str, str]]]) -> list[str]:
    """What is wrong with a reply: each citation must be what its generation says at that place."""
    name = reply["generation"]
    until = time.monotonic() + 120
    while name not in texts and time.monotonic() < until:
        time.sleep(0.01)
    found = []
    for citation in reply["citations"]:
        version, text = texts[name][citation["article_id"]]
        if citation["article_version"] != version:
            found.append(f"{name} cites another version of {citation['article_id']}")
        if text[citation["start"] : citation["end"]] != citation["quote"]:
            found.append(f"{name} quotes {citation['quote'][:60]!r}, which does not stand there")
    return found


def _memory(server: Server) -> list[int]:
    return [memory_mb(process)["resident"] for process in server.processes()]


def main() -> None:
    """Run and print."""
    from bot.attachments import attachments

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--swaps", type=int, default=20)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results/swap.json")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = swap(
            Path(scratch) / "index",
            swaps=arguments.swaps,
            requests=arguments.requests,
            clients=arguments.clients,
            workers=arguments.workers,
            attachments=attachments(Path(scratch) / "encoders"),
        )
    for name, value in figures.items():
        print(f"{name:26} {value}")
    if arguments.keep:
        print(keep("swap", figures))
    sys.exit(1 if figures["faults"] else 0)


if __name__ == "__main__":
    main()
