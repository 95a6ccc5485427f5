"""What is wrong with a form as it was filled in, said so that a person can mend it?"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from linli.errors import N_, BadInput

MOST_TOLD = 5  # faults in one sentence; who mends these meets the rest

SENTENCES: dict[str, str] = {
    "missing": N_("{field} is missing"),
    "extra_forbidden": N_("{field} is not asked here"),
    "string_too_short": N_("{field} needs at least {min_length} characters"),
    "string_too_long": N_("{field} holds at most {max_length} characters; shorten it"),
    "string_pattern_mismatch": N_("{field} is not written the way it has to be"),
    "string_unicode": N_("{field} holds characters that are no text"),
    "string_type": N_("{field} has to be a text"),
    "int_type": N_("{field} has to be a whole number"),
    "int_parsing": N_("{field} has to be a whole number"),
    "int_parsing_size": N_("{field} is too large a number"),
    "int_from_float": N_("{field} has to be a whole number"),
    "float_type": N_("{field} has to be a number"),
    "float_parsing": N_("{field} has to be a number"),
    "finite_number": N_("{field} has to be a finite number"),
    "bool_type": N_("{field} has to be true or false"),
    "bool_parsing": N_("{field} has to be true or false"),
    "greater_than": N_("{field} has to be more than {gt}"),
    "greater_than_equal": N_("{field} has to be at least {ge}"),
    "less_than": N_("{field} has to be less than {lt}"),
    "less_than_equal": N_("{field} has to be at most {le}"),
    "too_long": N_("{field} holds at most {max_length} entries"),
    "too_short": N_("{field} needs at least {min_length} entries"),
    "enum": N_("{field} has to be one of {expected}"),
    "literal_error": N_("{field} has to be one of {expected}"),
    "list_type": N_("{field} has to be a list"),
    "dict_type": N_("{field} has to be an object with named values"),
    "model_type": N_("{field} has to be an object with named values"),
    "model_attributes_type": N_("{field} has to be an object with named values"),
    "timezone_aware": N_("{field} needs its time zone, such as +08:00"),
}
FOR_DATES = N_("{field} has to be a date such as 2020-02-09")
FOR_MOMENTS = N_("{field} has to be a moment such as 2020-02-09T18:00:00+08:00")
FOR_IDS = N_("{field} has to be an identifier such as 01234567-89ab-cdef-0123-456789abcdef")
FOR_ALL_ELSE = N_("{field} cannot be read as what is asked")


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong with one field."""

    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def tell(self, translate: Callable[[str], str] = str) -> str:
        """Say it in the language that ``translate`` turns our English into."""
        return translate(self.sentence).format(**self.values)


class BadForm(BadInput):
    """A form cannot be taken; each fault is told in the reader's language."""

    code = "bad_form"
    sentence = N_("This cannot be taken as it is: {faults}.")

    def __init__(self, errors: Iterable[Mapping[str, Any]]) -> None:
        told = [_wrong(error) for error in errors]
        super().__init__(faults=tuple(told[:MOST_TOLD]))


def _wrong(error: Mapping[str, Any]) -> Wrong:
    """The sentence for one of pydantic's errors."""
    kind = str(error.get("type", ""))
    where = ".".join(_plain(part) for part in error.get("loc", ())) or "-"
    if kind not in SENTENCES:
        kind_sentence = (
            FOR_MOMENTS
            if kind.startswith("datetime")
            else FOR_DATES
            if kind.startswith("date")
            else FOR_IDS
            if kind.startswith("uuid")
            else FOR_ALL_ELSE
        )
        return Wrong(kind_sentence, {"field": where})
    limits = {k: str(v).replace(" or ", ", ") for k, v in (error.get("ctx") or {}).items()}
    return Wrong(SENTENCES[kind], {**limits, "field": where})


def _plain(part: Any) -> str:
    """A part of a field's name, cut short and free of what is no text: it is the sender's."""
    return str(part)[:60].encode("ascii", "replace").decode().replace("\0", "?")
