"""Articles to a searchable generation; knows nothing of conversation or safety (docs/index.md)."""
