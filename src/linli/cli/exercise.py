"""Does a command take part in an exercise? It does when that was said before it."""

from contextvars import ContextVar

_SAID: ContextVar[bool] = ContextVar("exercise", default=False)


def said(exercise: bool) -> None:
    """Note for the command that follows whether it takes part."""
    _SAID.set(exercise)


def taking_part() -> bool:
    """Whether the command takes part in the exercises that are held."""
    return _SAID.get()
