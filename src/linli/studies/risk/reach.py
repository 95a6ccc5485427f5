"""Which communities and estates of an area does somebody reach, and where do they begin?"""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import QuerySet

from linli.analysis.evaluation.formulas import Formula
from linli.loops.substitutes import watch
from linli.loops.substitutes.watch import Guarded
from linli.policy.can import OWNERS, Actor, end_of, scope
from linli.policy.disclosure import LEAST_SHOWN
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.areas import TIER_OF, Area, Tier, under, within
from linli.studies.evaluation.counting import Figure
from linli.studies.evaluation.records import RECORDS
from linli.studies.risk.records import UNITS
from linli.studies.risk.runs import SEE

ABOVE_UNITS = [str(k) for k, tier in TIER_OF.items() if tier is not None and tier > Tier.COMMUNITY]


def home(actor: Actor, verb: str) -> Area:
    """The widest area in which somebody may do this."""
    own = [h.path for h in actor.holds(roles_for(verb)) if h.role not in OWNERS]
    return areas.at(min(own, key=lambda path: (len(path), path), default=""))


def communities(actor: Actor, area: Area) -> list[int]:
    """The communities of an area that somebody may see the risk of."""
    return list(_seen(actor, area).values_list("id", flat=True))


def below(actor: Actor, area: Area, language: str) -> list[tuple[int, str, list[int]]]:
    """The units directly below an area, each with its communities within reach."""
    children = list(Area.objects.filter(parent=area, kind__in=ABOVE_UNITS, valid_until=None))
    found: dict[str, list[int]] = {child.path: [] for child in children}
    step = len(children[0].path) if children else 0
    for area_id, path in _seen(actor, area).values_list("id", "path"):
        if path[:step] in found:
            found[path[:step]].append(area_id)
    chinese = language.startswith("zh")
    return [
        (c.id, c.name_zh if chinese else c.name_en or c.name_zh, found[c.path])
        for c in children if found[c.path]
    ]  # fmt: skip


def above(actor: Actor, area: Area, verb: str) -> list[Area]:
    """The areas around it that somebody may open as well."""
    ranges = scope(actor, roles_for(verb))
    return [one for one in areas.ancestors(area)
            if any(first <= one.path < end for first, end in ranges)]  # fmt: skip


def estates(actor: Actor, area: Area, *, now: int) -> Sequence[Guarded]:
    """The estates of an area within reach that lack something."""
    ranges = scope(actor, roles_for("estates.see"))
    inside = [
        (max(first, area.path), min(end, end_of(area.path)))
        for first, end in ranges
        if max(first, area.path) < min(end, end_of(area.path))
    ]
    return watch.register(inside, now=now, exercise=actor.exercise)


def shown(figure: Figure, formula: Formula) -> Figure:
    """A figure without what fewer than five residents stand behind."""
    residents = bool(formula.count) and RECORDS[formula.count[0].records].residents
    if residents and figure.count is not None and 0 < figure.count < LEAST_SHOWN:
        return replace(figure, value=None, count=None)
    return figure


def _seen(actor: Actor, area: Area) -> QuerySet[Area]:
    ranges = scope(actor, roles_for(SEE))
    rows = Area.objects.filter(under(area.path), within(ranges), kind__in=UNITS, valid_until=None)
    return rows.order_by("path")
