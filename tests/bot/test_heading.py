"""Headings as questions: what they become, and which are left alone."""

from __future__ import annotations

import pytest

from bot.heading import question


@pytest.mark.parametrize(
    ("heading", "asked"),
    [
        ("How to oil a chain", "How do I oil a chain?"),
        ("When to change the tyres", "When should I change the tyres?"),
        ("What is a cassette?", "What is a cassette?"),
        ("What helps with rust", "What helps with rust?"),
        ("Can you ride in snow", "Can I ride in snow?"),
        ("Do you need a stand", "Do I need a stand?"),
        ("Causes", "What are the causes?"),
        ("The signs of wear", "What are the signs of wear?"),
        ("10 tips for commuters", "What are the 10 tips for commuters?"),
        ("Storing a bicycle", "What should I know about storing a bicycle?"),
        ("UV light:", "What should I know about UV light?"),
        ("Why chains break", "What should I know about why chains break?"),
        ("Why is it so loud", "Why is it so loud?"),
        ("What you can do at home", "What can I do at home?"),
        ("When you should see a mechanic", "When should I see a mechanic?"),
        ("If you want to use ice", "What should I do if I want to use ice?"),
        ("If you are cold", "What should I do if I am cold?"),
        ("Warm up before you ride", "Why should I warm up before I ride?"),
        ("Avoid wet leaves", "Why should I avoid wet leaves?"),
        ("Don't wash it yourself", "Why should I not wash it myself?"),
        ("Water quality", "What should I know about water quality?"),
        ("2. Brakes", "What should I know about brakes?"),
        ("Step 3: Pump up the tyres", "Why should I pump up the tyres?"),
        ("Life off the bicycle", "What should I know about life off the bicycle?"),
        ("Shoes that suit you", "What should I know about shoes that suit me?"),
        ("If your toes turn blue", "What should I do if my toes turn blue?"),
        ("When not to run", "When should I not run?"),
        ("What not to do", "What should I not do?"),
        ("How long to rest", "How long should I rest?"),
        ("Who needs to see a doctor", "Who needs to see a doctor?"),
        ("What helps to reduce swelling", "What helps to reduce swelling?"),
        ("What happens to the ankle", "What happens to the ankle?"),
    ],
)
def test_a_heading_becomes_a_question(heading: str, asked: str) -> None:
    assert question(heading) == asked


@pytest.mark.parametrize(
    "heading",
    ["Summary", "Questions people often ask", "Further reading", "—", "2024", "Cycling is good for the heart",
     "Shoes you like", "Brakes " * 20],
)  # fmt: skip
def test_a_heading_that_makes_no_sensible_question_is_left_alone(heading: str) -> None:
    assert question(heading) is None


def test_a_heading_that_does_not_name_its_subject_is_given_it() -> None:
    assert question("Causes", "bicycle rust") == "What are the causes (bicycle rust)?"
    assert question("Causes of rust", "bicycle rust") == "What are the causes of rust?"
