"""What can go wrong that a person may meet, and what can they do about it?"""

import math
from collections.abc import Callable, Mapping
from typing import Any


def N_(text: str) -> str:  # noqa: N802 - the name translators' tools look for
    """Mark a sentence for the translators without translating it here."""
    return text


LONGEST_VALUE = 1000  # characters of a value inside a sentence
BITS_OF_A_FLOAT = 1024
BIGGEST_BITS = 128  # of a whole number that is written out; a bigger one is told as about so much


class Word(str):
    """A value inside a sentence that is itself to be translated, such as a step's name."""


class Phrase:
    """A part of a sentence that is filled in and told in the reader's language by itself."""

    def __init__(self, template: str, /, **values: Any) -> None:
        self.template = template
        self.values: Mapping[str, Any] = {k: _short(v) for k, v in values.items()}

    def tell(self, translate: Callable[[str], str] = str) -> str:
        """Say it in the language that ``translate`` turns our English into."""
        values = {name: _said(value, translate) for name, value in self.values.items()}
        template = translate(self.template)
        return template.format(**values) if values else template


class Sentences(tuple[Any, ...]):
    """Whole sentences inside another, one after the other, each told in the reader's language."""

    def tell(self, translate: Callable[[str], str] = str) -> str:
        """Say them all."""
        return " ".join(str(_said(part, translate)) for part in self)


class Problem(Exception):
    """One thing that went wrong, told the same way on every face.

    Subclasses give the stable ``code``, the HTTP ``status`` and the ``sentence``, a template
    filled from the keyword values. The sentence says what happened, the value seen, and what
    can be done now.
    """

    code = "problem"
    status = 400
    sentence = N_("Something went wrong.")
    wait_s: int | None = None  # after how long it is worth to try again, where that is known

    def __init__(self, sentence: str | None = None, /, **values: Any) -> None:
        self.template = sentence if sentence is not None else self.sentence
        self.values: Mapping[str, Any] = {k: _short(v) for k, v in values.items()}
        super().__init__(self.tell())

    def tell(self, translate: Callable[[str], str] = str) -> str:
        """Say it in the language that ``translate`` turns our English into."""
        values = {name: _said(value, translate) for name, value in self.values.items()}
        template = translate(self.template)
        return template.format(**values) if values else template


def _short(value: Any) -> Any:
    """A value that fits into a sentence, whatever somebody wrote into a file or a form."""
    if type(value) is str and len(value) > LONGEST_VALUE:
        return value[: LONGEST_VALUE - 1] + "…"
    if type(value) is int and value.bit_length() > BIGGEST_BITS:
        return float(value) if value.bit_length() < BITS_OF_A_FLOAT else math.inf
    if type(value) is dict:
        return "{…}" if value else "{}"
    if type(value) in (list, tuple):
        return type(value)(_short(part) for part in value)
    return value


def _said(value: Any, translate: Callable[[str], str]) -> Any:
    if isinstance(value, Word):
        return translate(value)
    if hasattr(value, "tell"):
        return value.tell(translate)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(_said(part, translate)) for part in value)
    return value


class BadInput(Problem):
    """What was sent cannot be read as what was asked for."""

    code = "bad_input"
    status = 422


class TooLong(BadInput):
    """A text is longer than the field can hold."""

    code = "too_long"
    sentence = N_(
        "{field} holds {length} characters; at most {most} fit. Shorten it, or attach a file."
    )


class NoText(BadInput):
    """A text holds what no text may hold; no database would keep it."""

    code = "no_text"
    sentence = N_("A text holds a NUL or half a character, which cannot be kept. Take it out.")


class TooLarge(Problem):
    """What was sent is larger than the door."""

    code = "too_large"
    status = 413
    sentence = N_("What was sent holds {size} bytes; at most {most} are taken. Send less at once.")


class Conflict(Problem):
    """The world has moved on: what was asked is no longer possible."""

    code = "conflict"
    status = 409


class StepNotPossible(Conflict):
    """The item does not stand where this step begins."""

    code = "step_not_possible"
    sentence = N_("A {loop} that is {stage} cannot take the step {step}. Possible now: {possible}.")


class GateShut(Conflict):
    """Evidence that the step needs is missing; every unmet gate is listed at once."""

    code = "gate_shut"
    sentence = N_("{step} has to wait: {unmet}")


class Taken(Conflict):
    """The thing already exists."""

    code = "taken"
    sentence = N_("{what} {value} already exists. Choose another, or open the one that is there.")


class NotAllowed(Problem):
    """The person may not do this, here or now; the sentence says who may."""

    code = "not_allowed"
    status = 403
    sentence = N_("{who} may not do this here: {verb}. It takes one of: {roles}.")


class PurposeNeeded(NotAllowed):
    """Resident data was asked for without saying what for."""

    code = "purpose_needed"
    sentence = N_("Say what you need these records for: choose one of {purposes}.")


class SignInNeeded(Problem):
    """Nobody is signed in."""

    code = "sign_in_needed"
    status = 401
    sentence = N_("Sign in first.")


class NotFound(Problem):
    """There is no such thing, or it is out of this person's sight; the answer is the same."""

    code = "not_found"
    status = 404
    sentence = N_("There is no {what} {value} that you can see. Check the number, or search.")


class MissingSettings(Problem):
    """The deployment cannot start; all that is missing is told at once."""

    code = "missing_settings"
    status = 500
    sentence = N_("Linli cannot start. Set: {missing}.")
