"""Every column of free words goes at its time, or is declared as kept, with the reason why."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from linli.loops import catalogue
from linli.loops.collected import all_collected
from tests.engine.test_personal import A_CODE, speaks

DECLARED: Mapping[str, Any] = tomllib.loads(
    Path(__file__).with_name("words_kept.toml").read_text("utf-8")
)
KEPT = DECLARED["kept"]


def columns(model: type[models.Model]) -> set[str]:
    """The columns of a table that can hold somebody's words: long, or of any shape."""
    return {
        field.name
        for field in model._meta.concrete_fields
        if not field.choices
        and (
            isinstance(field, models.TextField | models.JSONField | models.BinaryField)
            or (isinstance(field, models.CharField) and (field.max_length or 0) > A_CODE)
        )
    }


def tables() -> dict[str, set[str]]:
    """Every table of ours with such columns."""
    ours = [m for m in apps.get_models() if m.__module__.startswith("linli.")]
    return {model._meta.label: found for model in ours if (found := columns(model))}


def gone() -> dict[str, set[str]]:
    """What a rule destroys: whole rows, columns, the words of items, staged rows, residents."""
    found = {one.model._meta.label: set(one.words) or columns(one.model) for one in all_collected()}
    rest = DECLARED["items"] | DECLARED["staged"] | DECLARED["removed"]
    return found | {table: set(names) for table, names in rest.items()}


def kept() -> dict[str, set[str]]:
    """What is declared as kept."""
    return {
        table: set(names)
        for group in KEPT
        for table, names in group.items()
        if table != "why"
    }  # fmt: skip


@pytest.mark.parametrize("table", sorted(tables()))
def test_every_column_of_free_words_goes_or_says_why_it_stays(table: str) -> None:
    known = gone().get(table, set()) | kept().get(table, set())

    assert tables()[table] - known == set()


def test_what_is_declared_is_there_and_is_not_destroyed_as_well() -> None:
    there, going = tables(), gone()

    for table, names in kept().items():
        assert names <= there[table], table
        assert not names & going.get(table, set()), table
    assert all(len(group["why"]) > A_CODE for group in KEPT)
    assert sum(len(group) - 1 for group in KEPT) == len(kept()), "a table is declared twice"


def test_a_loop_keeps_free_words_in_sealed_events_only_where_that_is_declared() -> None:
    sealed = {
        loop.name: {
            name
            for form in (loop.asks, *(step.asks for step in loop.steps))
            for name, field in form.model_fields.items()
            if speaks(field) and name not in form.personal
        }
        for loop in catalogue.all_loops().values()
    }

    said = {name: set(names) for name, names in DECLARED["orders"].items() if name != "why"}
    assert {name: found for name, found in sealed.items() if found} == said
