"""Adapts the bundled encoder to tell the tiers apart, and writes the graph that the screen runs; needs torch.

The six layers are trained on the exemplars, their word vectors stay. What is shipped is the difference to the pinned
weights, in four bits a number (5.7 MB), which is added to them when an index is built; so nothing of the model itself
is copied into the repository, and at run time the adapted encoder costs what the plain one costs. A difference of low
rank (Hu et al. 2021, LoRA, rank 16) is smaller, and was tried first, but told the tiers less well.

The head reads the mean of the token vectors and a learnt weighted mean, so that one sign is not drowned in a long
message. In each round half of the exemplars are shown with slips of the keyboard, and a quarter with a harmless
question beside them: who tells of a danger asks something else in the same breath, and that must not hide it.
"""

from __future__ import annotations

import copy
import math
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.safety.classifier import INPUT, OUTPUT
from bot.safety.exemplars import Exemplar
from bot.safety.rulebook import LEVELS
from index.difference import packed, unpacked

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

ROUNDS = 3
_BATCH = 32
_MOST_TOKENS = 96
_RATES = {"head": 1e-3, "layers": 1e-4}
_SMOOTHING = 0.05
_NONE = 1.2
_SLIPS = 0.5
_BESIDE, _BEFORE = 0.25, 0.3
"""Share of the exemplars shown with a harmless question beside them, and how often that stands first; set by hand."""
_ASIDE = 14
"""Words of such a question at most."""
_WIDTH = 384

Progress = Callable[[str], None]


def adapt(
    examples: Sequence[Exemplar],
    rounds: int = ROUNDS,
    say: Progress = print,
    *,
    halves: bool | None = None,
    seed: int = 0,
) -> bytes:
    """Train layers and head on the exemplars; a safetensors file.

    With `halves` the encoder reads in bfloat16 while it learns, and its weights are kept in float32 all the same
    (Micikevicius et al. 2018, mixed precision); by default where the processor multiplies such numbers by itself, which
    saves a third to a half of the time. The seed is fixed, yet sums may differ in the last digits between machines, so
    two runs agree in what they say and not in every bit.
    """
    import torch
    from safetensors.torch import save

    torch.manual_seed(seed)
    network = _Network.load()
    before = {name: value.detach().clone() for name, value in network.trained().items()}
    halves = _multiplies_bfloat16() if halves is None else halves
    _learn(network, network.halved() if halves else network, examples, rounds, random.Random(seed), say)
    return bytes(save(packed(before, network.trained())))


def mean(adapters: Sequence[bytes]) -> bytes:
    """The mean of what several runs learnt from the same weights (Wortsman et al. 2022, model soups)."""
    from safetensors.torch import save

    before = _Network.load().trained()
    runs = [_Network.adapted(adapter).trained() for adapter in adapters]
    middle = {name: sum(run[name].detach() for run in runs) / len(runs) for name in before}
    return bytes(save(packed({name: value.detach() for name, value in before.items()}, middle)))


def _multiplies_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 by itself: then to learn in it takes half to two thirds of the time."""
    import torch

    able = torch.cpu.get_capabilities()
    return bool(able.get("amx_bf16") or able.get("avx512_bf16"))


def tiers(adapter: bytes, texts: Sequence[str]) -> NDArray[np.float32]:
    """What the adapted encoder says of texts, in full precision: float32[len(texts), 5], logarithms of shares."""
    import torch

    network = _Network.adapted(adapter)
    rows = np.zeros((len(texts), len(LEVELS)), np.float32)
    with torch.no_grad():
        for row, text in zip(rows, texts, strict=True):
            ids = torch.tensor([network.tokenizer(text, truncation=True, max_length=256)["input_ids"]])
            row[:] = network.shares(ids)[0].numpy()
    return rows


def graph(adapter: bytes) -> bytes:
    """The adapted encoder with its head as an ONNX graph in int8: token ids in, logarithms of shares out."""
    import torch

    from index.export import optimise, quantise, quiet

    with quiet():
        network = _Network.adapted(adapter)

    class Graph(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.inner = network.module

        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            return network.shares(input_ids)[0]

    with quiet(), tempfile.TemporaryDirectory() as scratch:
        full, small = Path(scratch) / "full.onnx", Path(scratch) / "small.onnx"
        example = torch.tensor([network.tokenizer("a text of a few words, to trace the graph with")["input_ids"]])
        torch.onnx.export(
            Graph().eval(),
            (example,),
            str(full),
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {1: "length"}},
            opset_version=17,
            dynamo=False,
        )
        quantise(full, small)
        optimise(small)
        return small.read_bytes()


def tokenizer() -> bytes:
    """The tokenizer that goes with the graph."""
    from index.model import find

    return (find(None).folder / "tokenizer.json").read_bytes()


class _Network:
    """The bundled encoder with a head."""

    def __init__(self, encoder: torch.nn.Module, tokenizer: PreTrainedTokenizerBase) -> None:
        import torch

        self.tokenizer = tokenizer
        for weight in encoder.embeddings.parameters():
            weight.requires_grad = False
        heads = {"focus": torch.nn.Linear(_WIDTH, 1), "head": torch.nn.Linear(2 * _WIDTH, len(LEVELS))}
        for head in heads.values():  # so that a difference to nothing is the head itself
            torch.nn.init.zeros_(head.weight)
            torch.nn.init.zeros_(head.bias)
        self.module = torch.nn.ModuleDict({"encoder": encoder, **heads})

    @classmethod
    def load(cls) -> _Network:
        from transformers import AutoModel, AutoTokenizer

        from index.model import find

        folder = str(find(None).folder)
        return cls(AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder))

    @classmethod
    def adapted(cls, adapter: bytes) -> _Network:
        """The network as `adapt` left it."""
        from safetensors.torch import load

        network, kept = cls.load(), load(adapter)
        for name, value in network.trained().items():
            value.data += unpacked(kept, name, value)
        network.module.eval()
        return network

    def trained(self) -> dict[str, torch.nn.Parameter]:
        """All that is trained, by name."""
        skipped = ("encoder.embeddings.", "encoder.pooler.")
        return {name: value for name, value in self.module.named_parameters() if not name.startswith(skipped)}

    def halved(self) -> _Network:
        """A copy whose encoder computes in bfloat16."""
        other = copy.copy(self)
        other.module = copy.deepcopy(self.module)
        other.module["encoder"].set_attn_implementation("eager")
        other.module["encoder"].bfloat16()
        return other

    def take_slopes(self, other: _Network) -> None:
        """Move the gradients of a halved copy here."""
        theirs = other.trained()
        for name, value in self.trained().items():
            slope, theirs[name].grad = theirs[name].grad, None
            value.grad = None if slope is None else slope.float()

    def take_weights(self, other: _Network) -> None:
        """Copy the weights of the network that this is a halved copy of."""
        theirs = other.trained()
        for name, value in self.trained().items():
            value.data.copy_(theirs[name].data)

    def pooled(self, ids: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """The mean of the token vectors beside a learnt weighted mean: float32[texts, 768]."""
        import torch

        states = self.module["encoder"](input_ids=ids, attention_mask=mask).last_hidden_state.float()
        weights = self.module["focus"](states)
        if mask is None:  # one text has no padding
            return torch.cat([states.mean(1), (states * weights.softmax(1)).sum(1)], 1)
        there = mask[..., None].float()
        mean = (states * there).sum(1) / there.sum(1)
        focus = weights.masked_fill(mask[..., None] == 0, -1e4).softmax(1)
        return torch.cat([mean, (states * focus).sum(1)], 1)

    def shares(self, ids: torch.Tensor) -> torch.Tensor:
        """The logarithms of the shares of the tiers: float32[texts, 5]."""
        return self.module["head"](self.pooled(ids)).log_softmax(1)


def _learn(
    network: _Network,
    reader: _Network,
    examples: Sequence[Exemplar],
    rounds: int,
    chance: random.Random,
    say: Progress,
) -> None:
    """Train `network` by what `reader` makes of the exemplars: itself, or a halved copy that follows it."""
    import torch

    tiers = torch.tensor([LEVELS.index(e.tier) for e in examples])
    trained = network.trained()
    heads = [value for name, value in trained.items() if not name.startswith("encoder.")]
    layers = [value for name, value in trained.items() if name.startswith("encoder.")]
    groups = [{"params": heads, "lr": _RATES["head"]}, {"params": layers, "lr": _RATES["layers"]}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    steps = rounds * sum(1 for _ in _batches([1] * len(examples), random.Random(0)))
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, list(_RATES.values()), total_steps=steps, pct_start=0.1)
    drop = torch.nn.Dropout(0.1)
    weights = _tier_weights([e.tier for e in examples])
    asides = harmless(examples)
    reader.module.train()
    for turn in range(rounds):
        texts = [_typed(e.text, asides, chance) for e in examples]
        ids = network.tokenizer(texts, truncation=True, max_length=_MOST_TOKENS)["input_ids"]
        loss_sum = 0.0
        for batch in _batches([len(i) for i in ids], chance):
            pooled = drop(reader.pooled(*_padded([ids[i] for i in batch])))
            loss = torch.nn.functional.cross_entropy(
                reader.module["head"](pooled), tiers[batch], weight=weights, label_smoothing=_SMOOTHING
            )
            optimiser.zero_grad()
            loss.backward()
            if reader is not network:
                network.take_slopes(reader)
            torch.nn.utils.clip_grad_norm_([*heads, *layers], 1.0)
            optimiser.step()
            rates.step()
            if reader is not network:
                reader.take_weights(network)
            loss_sum += loss.item() * len(batch)
        say(f"round {turn + 1} of {rounds}: loss {loss_sum / len(examples):.3f}")


def _tier_weights(tiers: Sequence[str]) -> torch.Tensor:
    """A rare tier counts more, by the square root; none a fifth more than its share."""
    import torch

    counts = Counter(tiers)
    most = max(counts.values())
    weights = [math.sqrt(most / counts[tier]) if counts[tier] else 1.0 for tier in LEVELS]
    weights[0] *= _NONE
    return torch.tensor(weights)


def _batches(lengths: Sequence[int], chance: random.Random) -> Iterator[list[int]]:
    """All rows in random batches of texts about equally long, so that little is spent on padding."""
    order = list(range(len(lengths)))
    chance.shuffle(order)
    batches = []
    for start in range(0, len(order), 16 * _BATCH):
        near = sorted(order[start : start + 16 * _BATCH], key=lambda i: lengths[i])
        batches += [near[i : i + _BATCH] for i in range(0, len(near), _BATCH)]
    chance.shuffle(batches)
    yield from batches


def _padded(rows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    import torch

    longest = max(len(row) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row)
    return ids, (torch.arange(longest)[None, :] < torch.tensor([len(row) for row in rows])[:, None]).long()


def harmless(examples: Sequence[Exemplar]) -> list[str]:
    """The exemplars that are one short question and need nobody: what may stand beside a danger and changes nothing."""
    return [
        e.text
        for e in examples
        if e.tier == "none" and len(e.text.split()) <= _ASIDE and re.fullmatch(r"[^.!?;]+\?", e.text.strip())
    ]


def _typed(text: str, asides: Sequence[str], chance: random.Random) -> str:
    """The text as it is shown in one round: with slips, or something asked beside it, or both, or neither."""
    if asides and chance.random() < _BESIDE:
        text = beside(text, chance.choice(asides), first=chance.random() < _BEFORE)
    return slip(text, chance) if chance.random() < _SLIPS else text


def beside(text: str, aside: str, *, first: bool) -> str:
    """Both texts as one message, the aside `first` or last."""
    one, other = (aside, text) if first else (text, aside)
    one = one.strip()
    return f"{one}{'' if one[-1:] in _STOPS else '.'} {other.strip()}"


_STOPS = frozenset(".!?…")


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEXT = {row[i]: row[max(0, i - 1) : i] + row[i + 1 : i + 2] for row in _ROWS for i in range(len(row))}


def slip(text: str, chance: random.Random) -> str:
    """The text as a hurried thumb types it: capitals, apostrophes, stops and letters get lost, doubled or swapped."""
    if chance.random() < 0.25:
        text = text.lower()
    if chance.random() < 0.25:
        text = re.sub("['’]", "", text)
    if chance.random() < 0.2:
        text = re.sub(r"[.,;:!?]", "", text)
    return " ".join(_slipped(w, chance) if len(w) > 3 and chance.random() < 0.12 else w for w in text.split(" "))


def _slipped(word: str, chance: random.Random) -> str:
    at, kind = chance.randrange(1, len(word) - 1), chance.random()
    if kind < 0.3:
        return word[:at] + word[at + 1 :]
    if kind < 0.6:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind < 0.8:
        return word[:at] + word[at] + word[at:]
    return word[:at] + chance.choice(_NEXT.get(word[at].lower()) or word[at]) + word[at + 1 :]
