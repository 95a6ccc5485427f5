"""What did somebody type into the form of a what-if? Choices, with shares in percent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from linli.errors import N_, BadInput, Phrase, Word
from linli.registry.areas import Area, under
from linli.studies.simulation.choices import (
    LABELS,
    MOST_CHOICES,
    SHARES,
    WHOLE,
    Choice,
    WrongChoice,
)  # fmt: skip
from linli.studies.simulation.presets import PRESETS
from linli.studies.simulation.study import USUAL_DAYS, USUAL_SEEDS

RUNGS = 3


@dataclass(frozen=True)
class Field:
    """One entry of a choice: its name in the form, what was typed, and its words."""

    name: str
    entry: str
    label: str
    value: str


@dataclass(frozen=True)
class Part:
    """One choice in the form; fields by their entry."""

    n: int
    fields: Mapping[str, Field]
    rungs: tuple[tuple[Field, Field], ...]
    filled: bool

    @property
    def which(self) -> bool:
        """Whether it is said which compounds."""
        return self._any("n_first", "areas")

    @property
    def ladder(self) -> bool:
        """Whether there is a ladder."""
        return any(days.value or share.value for days, share in self.rungs)

    @property
    def people(self) -> bool:
        """Whether something is done about people and cases."""
        return self._any("quarantine", "trace_delay", "trace_share", "rounds", "shelter_beds",
                         "deliveries_a_day")  # fmt: skip

    @property
    def contacts(self) -> bool:
        """Whether there are fewer contacts."""
        return self._any("school_share", "work_share", "city_share")

    def _any(self, *entries: str) -> bool:
        return any(self.fields[entry].value for entry in entries)


def shown(typed: Mapping[str, str], preset: str = "") -> tuple[dict[str, str], list[Part]]:
    """The form as it was typed, as a preset has it, or empty: what is common, and the choices."""
    values = dict(typed) if typed else _of_preset(preset)
    head = {
        "name": values.get("name", ""), "n_days": values.get("n_days", str(USUAL_DAYS)),
        "most_seeds": values.get("most_seeds", str(USUAL_SEEDS)),
        "supposed": values.get("supposed", "0"), "area": values.get("area", ""),
    }  # fmt: skip
    return head, [_part(n, values) for n in range(1, MOST_CHOICES + 1)]


def _part(n: int, values: Mapping[str, str]) -> Part:
    def field(entry: str, suffix: str = "") -> Field:
        name = f"c{n}-{entry}{suffix}"
        return Field(name, entry, LABELS[entry], values.get(name, ""))

    entries = [e for e in LABELS if not e.startswith("reopen_")]
    rungs = tuple(
        (field("reopen_days", f"-{k}"), field("reopen_shares", f"-{k}"))
        for k in range(1, RUNGS + 1)
    )
    return Part(n, {e: field(e) for e in entries}, rungs, bool(values.get(f"c{n}-name")))


def _of_preset(name: str) -> dict[str, str]:
    preset = PRESETS.get(name)
    if preset is None:
        return {"c1-name": gettext("as it is now")}
    values = {"name": gettext(preset.title), "n_days": str(preset.n_days)}
    for n, choice in enumerate(preset.choices, start=1):
        values |= _typed(n, choice)
    return values


def _typed(n: int, choice: Choice) -> dict[str, str]:
    """A choice as somebody would type it; what is as usual stays empty."""
    usual = Choice("–")
    values = {f"c{n}-name": gettext(choice.name)}
    for entry, value in choice.as_values().items():
        if entry == "name" or value == usual.as_values()[entry]:
            continue
        if entry == "reopen_days":
            values |= {f"c{n}-reopen_days-{k}": str(d) for k, d in enumerate(value, start=1)}
        elif entry == "reopen_shares":
            values |= {
                f"c{n}-reopen_shares-{k}": f"{100 * s:g}" for k, s in enumerate(value, start=1)
            }
        elif entry == "quarantine":
            values[f"c{n}-quarantine"] = "1"
        else:
            values[f"c{n}-{entry}"] = f"{100 * value:g}" if entry in SHARES else str(value)
    return values


def question(typed: Mapping[str, str], area: Area) -> dict[str, Any]:
    """The question that was typed, as the study reads it; raises WrongChoice or BadInput."""
    choices = [
        _choice(n, typed, area)
        for n in range(1, MOST_CHOICES + 1)
        if typed.get(f"c{n}-name", "").strip()
    ]
    return {
        "name": typed.get("name", ""), "area_id": area.id, "choices": choices,
        "n_days": _whole(typed, "n_days", N_("days ahead")),
        "most_seeds": _whole(typed, "most_seeds", N_("worlds")),
        "supposed": _whole(typed, "supposed", N_("supposed infected")),
    }  # fmt: skip


def _choice(n: int, typed: Mapping[str, str], area: Area) -> dict[str, Any]:
    name = typed[f"c{n}-name"].strip()
    made: dict[str, Any] = {"name": name}
    for entry in LABELS:
        text = typed.get(f"c{n}-{entry}", "").strip()
        if entry in ("name", "reopen_days", "reopen_shares") or not text:
            continue
        if entry == "close":
            made[entry] = text
        elif entry == "quarantine":
            made[entry] = True
        elif entry == "areas":
            made[entry] = [_area(name, line, area) for line in text.splitlines() if line.strip()]
        else:
            made[entry] = _number(name, entry, text)
    for entry in ("reopen_days", "reopen_shares"):
        listed = [typed.get(f"c{n}-{entry}-{k}", "").strip() for k in range(1, RUNGS + 1)]
        made[entry] = [_number(name, entry, text) for text in listed if text]
    return made


def _number(choice: str, entry: str, text: str) -> float | int:
    is_share = entry in SHARES or entry == "reopen_shares"
    try:
        value = float(text.rstrip("%％"))
        if value != value or abs(value) == float("inf"):
            raise ValueError(text)
    except ValueError:
        raise _no_number(choice, entry, text) from None
    if is_share:
        return value / 100
    is_whole = entry in WHOLE or entry == "reopen_days"
    return int(value) if is_whole and value == int(value) else value


def _no_number(choice: str, entry: str, text: str) -> WrongChoice:
    why = Phrase(N_("{value} is no number."), value=text[:40])
    return WrongChoice(choice=choice, entry=Word(LABELS[entry]), why=why)


def _area(choice: str, line: str, area: Area) -> int:
    """An area by its number or its whole name, within the one that is simulated."""
    said = line.strip()
    if said.isascii() and said.isdigit() and len(said) < 19:
        return int(said)
    rows = Area.objects.filter(under(area.path), valid_until=None)
    found = list(rows.filter(name_zh=said)[:2]) or list(rows.filter(name_en__iexact=said)[:2])
    if len(found) != 1:
        raise BadInput(
            N_("{name} names {n} areas here. Give its number instead, from the registry."),
            name=said[:60], n=len(found),
        )  # fmt: skip
    return found[0].id


def _whole(typed: Mapping[str, str], name: str, label: str) -> int:
    text = typed.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadInput(
            N_("{what}: {given} is no whole number from 0 up."), what=Word(label),
            given=text[:40] or "–",
        )  # fmt: skip
    return int(text)
