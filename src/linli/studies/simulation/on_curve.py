"""Which orders stand on the curves of a what-if: the city's own, and what each choice does?"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from linli.analysis.simulation.start import REMEMBERED_DAYS
from linli.analysis.simulation.turns import phrase_of
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.areas import Area
from linli.studies.epidemic import marks
from linli.studies.epidemic.study import SEE
from linli.studies.simulation import followed
from linli.studies.simulation.followed import CHOICE, Marked, Translate, in_order

PASTS = ("reports", "infections")  # series that are known of days before: counted, estimated


def marked(actor: Actor, area: Area, result: Mapping[str, Any], disease: str) -> list[Marked]:
    """The marks of an answer, the oldest first.

    Of the days remembered those that stand on the area's course too, for whoever may see it; of
    the days simulated what each choice begins and ends.
    """
    names = result["names"]
    found = [
        Marked(t["day"], phrase_of(t), CHOICE,
               () if len(names) > 1 and set(t["choices"]) == set(names) else tuple(t["choices"]))
        for t in result.get("turns", ())
    ]  # fmt: skip
    if can(actor, Ask(SEE, roles_for(SEE), area.path)).allowed:
        found += _declared(actor, area, date.fromisoformat(result["starts_on"]), disease)
    return in_order(found)


def values_of(
    actor: Actor, area: Area, result: Mapping[str, Any], disease: str, translate: Translate
) -> list[dict[str, Any]]:
    """The marks with what stood on every curve, for a machine to read."""
    return followed.values_of(
        marked(actor, area, result, disease), result["bands"], pasts_of(result),
        starts_on=date.fromisoformat(result["starts_on"]), translate=translate,
    )  # fmt: skip


def pasts_of(result: Mapping[str, Any]) -> dict[str, list[float]]:
    """What is known of the days before the first one simulated, by series."""
    start = result["start"]
    return {name: start[name] for name in PASTS if name in start}


def _declared(actor: Actor, area: Area, today: date, disease: str) -> list[Marked]:
    rows = marks.declared(area, disease, exercise=actor.exercise)
    first = today - timedelta(days=REMEMBERED_DAYS)
    shown, _ = marks.on_curve(actor, area, rows, first=first, last=today)
    return [Marked((m.on - today).days, m.words, m.of, is_ours=m.of == "mode") for m in shown]
