"""No form asks for free words that would stand in a sealed event for ever."""

from typing import Any, get_args

import pytest
from pydantic.fields import FieldInfo

from linli.loops import catalogue
from linli.loops.loop import Form
from linli.loops.requests.forms import RequestAnswer, RequestAsk

A_CODE = 40  # characters; what is longer is somebody's own words


def forms() -> list[Any]:
    """Every form of every loop that keeps words of people, with the loop's name."""
    found: dict[type[Form], str] = {}
    for loop in catalogue.all_loops().values():
        if loop.keeps_words:
            found |= dict.fromkeys((loop.asks, *(s.asks for s in loop.steps)), loop.name)
    return [pytest.param(form, id=f"{name}-{form.__name__}") for form, name in found.items()]


def speaks(field: FieldInfo) -> bool:
    """Whether a field takes free words: a text that is neither a choice, a pattern nor short."""
    lengths = [m.max_length for m in field.metadata if hasattr(m, "max_length")]
    patterned = any(getattr(m, "pattern", None) for m in field.metadata)
    long = max(lengths, default=A_CODE + 1) > A_CODE
    return _holds_text(field.annotation) and long and not patterned


def _holds_text(kind: Any) -> bool:
    return kind is str or any(_holds_text(part) for part in get_args(kind))


@pytest.mark.parametrize("form", forms())
def test_what_is_asked_in_free_words_is_named_personal(form: type[Form]) -> None:
    free = {name for name, field in form.model_fields.items() if speaks(field)}

    assert free <= form.personal
    assert form.personal <= form.model_fields.keys()


def test_a_free_text_is_told_from_a_code_and_a_choice() -> None:
    told = {name for name, field in RequestAsk.model_fields.items() if speaks(field)}
    assert told == {"description", "contact_name", "address", "attributes"}
    assert not speaks(RequestAnswer.model_fields["result"])
