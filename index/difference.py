"""The difference between two states of a model's weights in four bits a number, as adapters are shipped; needs torch.

Matrices of the layers are kept in groups of 64 numbers with a scale for each, all else in float16: 5.7 MB for a model
of six layers, so that an adapter can lie in the repository where the model itself does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_GROUP, _LEVEL = 64, 7


def packed(before: Mapping[str, torch.Tensor], after: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The differences by name: matrices of the layers in four bits with a scale for each 64, all else in float16."""
    import torch

    kept = {}
    for name, value in after.items():
        difference = value.detach() - before[name]
        if not _in_four_bits(name, value):
            kept[name] = difference.half()
            continue
        rows = difference.reshape(-1, _GROUP)
        scales = (rows.abs().amax(1, keepdim=True) / _LEVEL).clamp(min=1e-7).half()
        levels = (rows / scales.float()).round().clamp(-_LEVEL, _LEVEL).to(torch.int16) + _LEVEL
        pairs = levels.reshape(-1, 2)
        kept[name] = (pairs[:, 0] * 16 + pairs[:, 1]).to(torch.uint8)
        kept[f"{name}.scales"] = scales.flatten()
    return kept


def unpacked(kept: Mapping[str, torch.Tensor], name: str, like: torch.Tensor) -> torch.Tensor:
    """One difference that `packed` packed, in the shape of `like`."""
    import torch

    if not _in_four_bits(name, like):
        return kept[name].float()
    pairs = kept[name].to(torch.int16)
    levels = torch.stack([pairs // 16, pairs % 16], 1) - _LEVEL
    scales = kept[f"{name}.scales"].float()[:, None]
    return (levels.reshape(-1, _GROUP).float() * scales).reshape(like.shape)


def _in_four_bits(name: str, value: torch.Tensor) -> bool:
    return value.ndim == 2 and name.startswith("encoder.")
