"""How does a step's form look on a page? Its fields are read from what the step asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin

from django.http import QueryDict
from django.utils.translation import gettext
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from linli.errors import N_, Problem
from linli.forms import BadForm
from linli.web.columns import LABELS

LONG_TEXT = 200  # characters from which a text gets several lines
MANY = ","  # between the values of a field that takes many
FEW = 7  # numbers from which to choose by one tap
YES_NO = (("true", N_("yes")), ("false", N_("no")))
AUTOCOMPLETE = {"contact_name": "name", "contact_phone": "tel", "address": "street-address"}


@dataclass(frozen=True)
class Field:
    """One thing that is asked: its words, how it is answered, what stands in it, what is wrong."""

    name: str
    label: str
    kind: str = "text"  # text, area, choice, many, yesno, select, number, or a type of input
    hint: str = ""
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    value: str = ""
    error: str = ""
    most: int | None = None
    autocomplete: str = ""
    prefix: str = field(default="")

    @property
    def id(self) -> str:
        """The id of its input on the page."""
        return f"{self.prefix}{self.name}"

    @property
    def chosen(self) -> list[str]:
        """The values of a field that takes many."""
        return self.value.split(MANY) if self.value else []

    @property
    def described(self) -> str:
        """The ids of what describes it: its hint and what is wrong."""
        parts = [f"{self.id}-hint"] if self.hint else []
        return " ".join([*parts, f"{self.id}-error"] if self.error else parts)


def fields_of(
    form: type[BaseModel],
    values: Mapping[str, Any] | None = None,
    problem: Problem | None = None,
    *,
    prefix: str = "",
    labels: Mapping[str, str] | None = None,
) -> list[Field]:
    """The fields of a form with what was typed in, each with what is wrong with it."""
    wrong = faults(form, problem)
    found = [
        replace(
            _field(name, info, (values or {}).get(name, info.get_default()), wrong.get(name)),
            prefix=prefix,
        )
        for name, info in form.model_fields.items()
        if get_origin(_plain(info.annotation)) is not dict
    ]
    named = labels or {}
    return [replace(f, label=named[f.name], hint="") if f.name in named else f for f in found]


def answers(form: type[BaseModel], sent: QueryDict) -> dict[str, Any]:
    """What was filled in, as the form reads it; what was left empty is left out."""
    return {
        name: sent[name]
        for name in form.model_fields
        if name in sent and (str(sent[name]).strip() or form.model_fields[name].is_required())
    }


def faults(form: type[BaseModel], problem: Problem | None) -> dict[str, str]:
    """What is wrong with each field, in the reader's language and with the field's own words."""
    if not isinstance(problem, BadForm):
        return {}
    told = {}
    for wrong in problem.values["faults"]:
        name = str(wrong.values["field"]).partition(".")[0]
        known = form.model_fields.get(name)
        label = gettext(known.title) if known is not None and known.title else name
        told[name] = gettext(wrong.sentence).format(**{**wrong.values, "field": label})
    return told


def _plain(annotation: Any) -> Any:
    """The type that may be left out: X of X | None."""
    if get_origin(annotation) in (Union, UnionType):
        return next(part for part in get_args(annotation) if part is not type(None))
    return annotation


def _limit(info: FieldInfo, name: str) -> Any:
    return next((getattr(m, name) for m in info.metadata if hasattr(m, name)), None)


def _field(name: str, info: FieldInfo, value: Any, error: str | None) -> Field:
    kind, choices = _asked(info)
    absent = value is None or not isinstance(value, str | int | float | bool)
    shown = "" if absent else str(value).lower() if isinstance(value, bool) else str(value)
    return Field(
        name=name,
        label=info.title or LABELS.get(name, name),
        kind=kind,
        hint=info.description or "",
        required=info.is_required(),
        choices=choices,
        value=shown,
        error=error or "",
        most=_limit(info, "max_length"),
        autocomplete=AUTOCOMPLETE.get(name, ""),
    )


def _asked(info: FieldInfo) -> tuple[str, tuple[tuple[str, str], ...]]:
    """How a field is answered, and what there is to choose from."""
    kind = _plain(info.annotation)
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    names: Any = extra.get("names", {})
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return "choice", tuple((str(m), names.get(str(m), str(m))) for m in kind)
    if kind is bool:
        return "yesno", YES_NO
    if kind is int:
        low, high = _limit(info, "ge"), _limit(info, "le")
        if low is not None and high is not None and high - low < FEW:
            return "choice", tuple(
                (str(n), names.get(str(n), str(n))) for n in range(high, low - 1, -1)
            )
        return "number", ()
    if kind is str and (_limit(info, "max_length") or 0) > LONG_TEXT:
        return "area", ()
    return "text", ()
