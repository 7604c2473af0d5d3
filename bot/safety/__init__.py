"""The red-flag screen: runs before anything else on every message, works without index and encoder, fails closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.safety.screen import Fired, Screen, SecondLayer, Verdict

if TYPE_CHECKING:
    from index.generation import Generation

__all__ = ["Fired", "Screen", "SecondLayer", "Verdict", "load", "second_layer"]


def load(layer: SecondLayer | None = None) -> Screen:
    """The screen with the rules that lie in this folder.

    With a second layer both run; otherwise the rules alone, and each verdict says `degraded`. RuleError when a rule has
    been amended wrongly.
    """
    from bot.safety import rulebook

    return Screen(rulebook.load(), layer)


def second_layer(generation: Generation) -> SecondLayer | None:
    """The second layer that a generation carries; None where it carries none, or one that this machine cannot open.

    Raises IndexDamaged when a file of it is not what was written, RuleError when it is of another format.
    """
    from bot.safety import classifier, meaning

    weights, tokenizer = generation.attachment(meaning.NAME), generation.attachment(classifier.TOKENIZER)
    graph = generation.attachment_source(classifier.GRAPH)  # by its path: its bytes would be a tenth of the memory
    if weights is None or graph is None or tokenizer is None:
        return None
    known = meaning.Meaning.read(weights)
    try:
        model = classifier.Classifier.open(graph, tokenizer)
    except Exception:  # noqa: BLE001 onnxruntime has a dozen errors without a base; the rules run whatever it says
        return None
    return SecondLayer(known, model)
