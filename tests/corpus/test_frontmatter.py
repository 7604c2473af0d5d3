"""The facts at the top of a Markdown article."""

from __future__ import annotations

import pytest

from corpus import frontmatter
from corpus.errors import SourceError

FULL = """\
---
id: sore-heels
title: "Sore heels: what helps"
url: https://example.org/heels
author: Ann Example
published: 2025-01-02
reviewed: 2025-03-04
review_by: 2027-03-04
licence: CC BY 4.0
language: en-GB
sources:
  - https://example.org/a
  - "A book: on heels"
---
# Text
"""


def test_every_key_is_read() -> None:
    front, rest = frontmatter.split(FULL, "heels.md")
    assert (front.id, front.title) == ("sore-heels", "Sore heels: what helps")
    assert front.metadata.review_by == "2027-03-04"
    assert front.metadata.sources == ("https://example.org/a", "A book: on heels")
    assert front.metadata.language == "en-GB"
    assert rest == "# Text\n"


@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_front_matter_that_nests_without_end_is_one_clear_line(opening: str) -> None:
    with pytest.raises(SourceError, match=r"x\.md: line 2: the front matter nests lists or mappings too deep"):
        frontmatter.split(f"---\nsources: {opening * 5000}\n---\n# Text\n", "x.md")


@pytest.mark.parametrize("text", ["# Text\n", "", "text\n---\nid: x\n---\n", "---\nnot closed: here\n"])
def test_a_file_without_front_matter_is_left_alone(text: str) -> None:
    front, rest = frontmatter.split(text, "x.md")
    assert front == frontmatter.FrontMatter()
    assert rest == text


def test_empty_front_matter_and_empty_values_are_unknown_facts() -> None:
    assert frontmatter.split("---\n---\ntext", "x.md")[0] == frontmatter.FrontMatter()
    assert frontmatter.split("---\nauthor:\n---\ntext", "x.md")[0].metadata.author is None


def test_other_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    assert frontmatter.split("\ufeff---\r\nid: a\r\n---\r\ntext", "x.md")[0].id == "a"


def test_a_lone_source_is_a_list_of_one() -> None:
    assert frontmatter.split("---\nsources: a book\n---\n", "x.md")[0].metadata.sources == ("a book",)


def test_a_tag_that_would_make_an_object_is_only_text() -> None:
    assert frontmatter.split("---\nid: !!python/object:os.system x\n---\n", "x.md")[0].id == "x"


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("id: a\nauther: b", r"x\.md: line 3: .*unknown key `auther`; known are id, title"),
        ("id: a\nid: b", "line 3: .*`id` twice"),
        ("title: a: b", "line 2: .*not valid YAML"),
        ("published: yesterday", "line 2: .*date like 2026-11-21 for `published`, not `yesterday`"),
        ("url: javascript:alert(1)", "line 2: .*address like https"),
        ("published: 2025-02-30", "line 2: .*date"),
        ("title: [a, b]", "line 2: .*one text for `title`"),
        ("sources: {a: b}", "line 2: .*list of texts"),
        ("- a\n- b", "line 2: .*key: value"),
        ("[a, b]: c", "line 2: .*unknown key"),
        ("a: &x [1]\nb: [*x, *x]", "unknown key"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(block: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        frontmatter.split(f"---\n{block}\n---\ntext", "x.md")
