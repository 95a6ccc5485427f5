"""What must be true before a contact is let go, or becomes a case by its symptoms?"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from linli import clock
from linli.errors import N_
from linli.loops import observation
from linli.loops.follow_ups.tables import MET, TEST_SLOT, FollowUp, Seen, keys_of
from linli.loops.laboratory.tables import LabOrder
from linli.loops.loop import Gate, Unmet
from linli.loops.scene import Scene
from linli.loops.standing import Standing


def _rule(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    del form, scene
    told = item.data.get("ill", {})
    disease = observation.of(item.kind)
    if disease.is_ill(told.get("symptoms", []), told.get("temperature_c")):
        return None
    return Unmet("rule", N_("These symptoms alone make no case by the rule of the disease."))


def _over(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    del form
    until = item.data.get("until", "")
    if until and until < _today(scene).isoformat():
        return None
    return Unmet("over", N_("The period runs until {until}."), {"until": until or "-"})


def _seen(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """On the last day of the plan somebody spoke with them."""
    del form, scene
    rows = _rows(item).filter(slot__lt=TEST_SLOT - 1).order_by("-day")
    last = rows.values_list("day", flat=True).first()
    if last is None or rows.filter(day=last, status__in=MET).exists():
        return None
    return Unmet("seen", N_("Nobody saw them on the last day, {day}."), {"day": last.isoformat()})


def _quiet(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    del form
    days = observation.of(item.kind).quiet_days
    since = _today(scene) - timedelta(days=days)
    if not _rows(item).filter(status=Seen.ILL, day__gte=since).exists():
        return None
    return Unmet("quiet", N_("There were symptoms in the last {n} days."), {"n": days})


def _tested(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    del form
    owed = _rows(item).filter(slot=TEST_SLOT, day__lte=_today(scene)).order_by("-day")
    last = owed.values_list("status", flat=True).first()  # a later sample stands for one missed
    if last not in (None, Seen.SAMPLED):
        return Unmet("tested", N_("A sample that the plan asks for was not taken."))
    if LabOrder.objects.filter(item_id=item.id, done_at=None).exists():
        return Unmet("tested", N_("The result of a sample has not come yet."))
    return None


def _rows(item: Standing) -> Any:
    first, end = keys_of(item.id)
    return FollowUp.objects.filter(id__gte=first, id__lt=end)


def _today(scene: Scene) -> date:
    return clock.day(clock.moment(scene.now))


RULE = Gate("rule", N_("the symptoms meet the rule of the disease"), _rule)
OVER = Gate("over", N_("the period is over"), _over)
SEEN = Gate("seen", N_("somebody saw them on the last day"), _seen)
QUIET = Gate("quiet", N_("no symptoms of late"), _quiet)
TESTED = Gate("tested", N_("no test is open"), _tested)
