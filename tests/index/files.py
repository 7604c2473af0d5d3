"""The files of a generation, apart from attachments, which outer rooms choose."""

from __future__ import annotations

FILES = (
    "manifest.json",
    "articles.jsonl",
    "passages.jsonl",
    "places.safetensors",
    "lexical.safetensors",
    "dense.faiss",
    "sentences.safetensors",
    "tokens.safetensors",
    "encoder/model.onnx",
    "encoder/tokenizer.json",
    "encoder/encoder.json",
    "encoder/tokens.safetensors",
)
