"""Why is somebody in this category? Each change with its evidence, and what followed by rule."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from linli import clock
from linli.loops.cases import definitions
from linli.loops.cases.definitions import Verdict
from linli.loops.ledger import Event, Item
from linli.loops.standing import Standing
from linli.policy.can import PATH_STEP
from linli.registry.areas import AreaCode

PROVINCE_DIGITS = 2  # of a code of China's statistics bureau
LEAST_DIGITS = 6  # of such a code


@dataclass(frozen=True)
class Change:
    """One word on the category: who said which, on what evidence, and what followed by the rules.

    ``moved``: it became the category of the case; a further report may say another one.
    """

    at: datetime
    step: str
    actor_id: int | None
    role: str
    category: str
    evidence: tuple[str, ...]
    moved: bool
    verdict: Verdict | None


def follows(kind: str, evidence: Collection[str], on: date, path: str) -> Verdict | None:
    """What follows from the evidence that day, here; None where we have no rules for it."""
    if kind not in definitions.diseases():
        return None
    return definitions.judge(kind, evidence, on, region=region_of(path))


def region_of(path: str) -> str:
    """The province that an area lies in, by any official code above it; empty if none is known."""
    above = [path[:n] for n in range(PATH_STEP, len(path) + 1, PATH_STEP)]
    codes = AreaCode.objects.filter(area__path__in=above).order_by("area__path", "system")
    for code in codes.values_list("code", flat=True):
        if code.isdigit() and len(code) >= LEAST_DIGITS:
            return str(code[:PROVINCE_DIGITS])
    return ""


def history(item: Standing, events: Sequence[Event]) -> list[Change]:
    """Every word on the category of a case, the oldest first."""
    first = item.data.get("opened_as", item.item_class)
    found = []
    evidence: set[str] = set()
    for event in events:
        data: dict[str, Any] = event.data
        if event.step != "open" and "category" not in data:
            continue
        evidence |= set(data.get("evidence") or ())
        verdict = follows(item.kind, evidence, clock.day(event.at), item.path)
        found.append(
            Change(
                event.at, event.step, event.actor_id, event.role,
                data.get("category", first), tuple(data.get("evidence") or ()),
                event.step != "report_again", verdict,
            )
        )  # fmt: skip
    return found


def placements(person_id: int, *, exercise: bool) -> list[Item]:
    """Every place that somebody needed, the newest first; who may see them is the caller's."""
    rows = Item.objects.filter(
        loop="placement", subject_kind="person", subject_id=person_id, exercise=exercise
    )
    return list(rows.order_by("-id"))


def below(case_id: int) -> list[Item]:
    """What a case has opened besides places, the oldest first."""
    rows = Item.objects.filter(parent_id=case_id).exclude(loop="placement")
    return list(rows.order_by("id"))
