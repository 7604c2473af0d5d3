"""The first room: sources to Articles."""
