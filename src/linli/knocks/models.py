"""The table of who has knocked."""

from linli.knocks.counter import Knock

__all__ = ["Knock"]
