"""Lists what the 16,407 MedQuAD articles say differently in numbers, to be read by a person.

    python -m benchmarks.contradictions --public ../shared/eval/public

Prints how many claims with numbers were read, each pair that would be told to an editor, and the seconds of it.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from benchmarks.scale import documents
from index.contradictions import claims, contradictions, pack
from index.passages import passages


def main() -> None:
    """Read, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True, help="folder with medquad/")
    parser.add_argument("--size", type=int, default=16407)
    arguments = parser.parse_args()
    articles = sorted(documents(arguments.public, arguments.size), key=lambda article: article.id)
    cut = [passages(article) for article in articles]
    started = time.perf_counter()
    read = [claims(article, of_article) for article, of_article in zip(articles, cut, strict=True)]
    claimed = time.perf_counter()
    places = pack(read, [article.title for article in articles])
    compared = time.perf_counter()
    texts = {article.id: article.text for article in articles}
    found = contradictions(places, list(texts), texts.__getitem__)
    for pair in found:
        for said in (pair.one, pair.other):
            print(f"{said.article_id}: {said.measure}: {' '.join(said.sentence.split())}")
        print()
    print(f"{len(articles):,} articles, {sum(map(len, read)):,} claims, {len(found)} pairs told")
    print(f"{claimed - started:.1f} s to read, {compared - claimed:.1f} s to compare")


if __name__ == "__main__":
    main()
