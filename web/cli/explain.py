"""`footnote explain`: what each stage decided for one question, and why."""

from __future__ import annotations

from pathlib import Path

import click

from bot.answering import features
from bot.bot import Thought
from bot.conversation import Conversation, Message
from bot.safety import Verdict
from bot.turn import Part
from web.cli.message import visitor_message
from web.cli.opening import configured_site, open_bot
from web.cli.options import index_option, region_option
from web.cli.paper import paper, printable


@click.command()
@click.argument("question")
@click.option("--after", multiple=True, help="An earlier visitor message of the conversation; repeat for several.")
@click.option("--candidates", default=8, show_default=True, help="How many candidate passages to show.")
@region_option
@index_option
def explain(question: str, after: tuple[str, ...], candidates: int, region: str | None, index_folder: Path) -> None:
    """Show for one QUESTION what was understood, found, chosen or declined, and which safety rules fired."""
    texts = tuple(map(visitor_message, (*after, question)))
    bot = open_bot(index_folder, configured_site())
    thought = bot.think(Conversation(tuple(Message("visitor", text) for text in texts), region))
    click.echo(printable("\n".join([*_safety(thought.verdict), *_turn(thought, candidates), *_reply(thought)])))


def _safety(verdict: Verdict) -> list[str]:
    lines = [
        "1. Safety",
        f"   tier: {verdict.tier or 'none'}" + ("  (rules alone: no encoder)" if verdict.degraded else ""),
    ]
    if verdict.failed:
        lines.append("   the screen failed; the fixed fail-closed message stands in front")
    if verdict.refusal:
        lines.append(f"   personal advice asked for: {verdict.refusal}")
    return lines + [f"   {fired}" for fired in verdict.fired]


def _turn(thought: Thought, candidates: int) -> list[str]:
    turn = thought.turn
    if turn is None:
        return ["2. Understanding", "   not reached: the escalation replaces the answer"]
    if turn.smalltalk:
        return ["2. Understanding", f"   small talk: {turn.smalltalk}"]
    lines: list[str] = []
    for number, part in enumerate(turn.parts, 1):
        lines += _part(part, candidates, f" (question {number} of {len(turn.parts)})" if len(turn.parts) > 1 else "")
    return lines or ["2. Understanding", f"   nothing to search: {turn.reason}"]


def _part(part: Part, candidates: int, which: str) -> list[str]:
    question = part.question
    lines = [
        f"2. Understanding{which}",
        f"   read as: {question.text}   (rule: {part.reading.how}, of {len(part.readings)} readings)",
        f"   asking part: {question.focus}" if question.focus != question.text else "",
        f"   kinds: {', '.join(sorted(question.kinds)) or 'none'}",
        f"   spelling: {', '.join(f'{c.written} -> {c.meant}' for c in question.corrections) or 'as typed'}",
        f"   vocabulary: {', '.join(f'{e.written} -> {e.meant[0]}' for e in question.expansions) or 'nothing to add'}",
        f"   words: {', '.join(t.text + ('' if t.own else ' (from before)') for t in question.query.terms) or 'none'}",
        f"   found in no article: {', '.join(part.missing) or 'none'}",
        f"3. Retrieval: {len(part.ranked)} candidates",
    ]
    for place, (hit, score) in enumerate(part.ranked[:candidates], 1):
        values = "  ".join(
            f"{name} {value:.2f}" for name, value in zip(features.RANKING, hit.evidence.vector(), strict=False)
        )
        lines.append(f"   {place}. {score:6.2f}  {hit.passage.context}  [{hit.passage.role}]")
        lines.append(f"      {values}")
        lines.append(f"      {' '.join(hit.passage.text.split())[:110]}")
    lines.append(f"4. Decision: probability that this answers {part.probability:.3f}")
    lines.append(
        f"   the articles have its subject: {part.subject:.3f}"
        + (", too little on this site: declined" if part.foreign else "")
    )
    lines += [f"      {name} {value:.3f}" for name, value in zip(features.ANSWERING, part.measured, strict=False)]
    return [line for line in lines if line]


def _reply(thought: Thought) -> list[str]:
    reply = thought.reply
    reason = f" ({reply.reason})" if reply.reason else ""
    return [f"5. Reply: {reply.kind}{reason}, generation {reply.generation}", "", paper(reply)]
