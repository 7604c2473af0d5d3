"""What the tests of the bot share with those of the index: the tiny encoder."""

from tests.index.conftest import encoder_folder

__all__ = ["encoder_folder"]
