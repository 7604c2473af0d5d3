"""Which sentences answer, or why none does."""
