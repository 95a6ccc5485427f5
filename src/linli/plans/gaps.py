"""Which gaps of a run are open, who sees to them, and which have the records closed meanwhile?"""

from dataclasses import replace
from uuid import uuid5

from django.conf import settings
from django.utils import translation

from linli.errors import N_, Phrase
from linli.loops import counted
from linli.loops.advance import Opening, advance_many, open_many
from linli.loops.gaps.loop import LOOP
from linli.loops.loop import State
from linli.loops.scene import Scene
from linli.plans.lines import WHY_SAID, Line, Short
from linli.plans.plan import Plan
from linli.plans.readiness import resolve
from linli.policy.can import SYSTEM
from linli.registry.plans import PlanRun, PlanRunItem

AT_ONCE = 500


def look(run: PlanRun, plan: Plan, *, now: int) -> int:
    """Hold the plan against the records: new gaps open, those that are covered close.

    Returns how many items moved. A gap that somebody left as it is stays so.
    """
    found = {key_of(line, short): (line, short) for line, short in resolve(
        plan, run.area, now=now, exercise=run.exercise).gaps}  # fmt: skip
    known = dict(run.items.exclude(gap="").values_list("gap", "item_id"))
    fresh = [(key, *pair) for key, pair in found.items() if key not in known]
    covered = [item for key, item in known.items() if key not in found]
    return open_gaps(run, fresh, now=now) + _fill(run, covered, now=now)


def open_gaps(run: PlanRun, fresh: list[tuple[str, Line, Short]], *, now: int) -> int:
    """An item for each gap, flagged as the run's items are."""
    scene = Scene(replace(SYSTEM, exercise=run.exercise), now)
    scene.foresee(sorted({short.area_id for _, _, short in fresh}))
    n = 0
    for first in range(0, len(fresh), AT_ONCE):
        part = fresh[first : first + AT_ONCE]
        moved, refused = open_many(LOOP, [_opening(run, *one) for one in part], scene)
        left_out = {one.index for one in refused}
        keys = [key for at, (key, _, _) in enumerate(part) if at not in left_out]
        PlanRunItem.objects.bulk_create(
            (
                PlanRunItem(run=run, gap=key, item_id=one.item_id)
                for key, one in zip(keys, moved, strict=True)
            ),
            ignore_conflicts=True,
        )
        n += len(moved)
    return n


def take_on(run: PlanRun, found: list[tuple[str, Line, Short]], *, exercise: bool, now: int) -> int:
    """An item of the city's own work for each gap; returns how many are new.

    They are no items of the run any more: they stay when it is forgotten.
    """
    scene = Scene(replace(SYSTEM, exercise=exercise), now)
    scene.foresee(sorted({short.area_id for _, _, short in found}))
    n = 0
    for first in range(0, len(found), AT_ONCE):
        part = found[first : first + AT_ONCE]
        moved, _ = open_many(LOOP, [_opening(run, *one, taken_on=True) for one in part], scene)
        n += sum(1 for one in moved if not one.again)
    return n


def key_of(line: Line, short: Short) -> str:
    """What tells a gap of a plan apart from its others."""
    return f"{line.key}@{short.area_id}"


def n_mended(run: PlanRun) -> int:
    """How many gaps of a run are closed as mended."""
    ids = list(run.items.exclude(gap="").values_list("item_id", flat=True))
    rows = counted.items(exercise=run.exercise).filter(state=State.CLOSED, outcome="mended")
    return sum(
        rows.filter(id__in=ids[n : n + AT_ONCE]).count() for n in range(0, len(ids), AT_ONCE)
    )


def _fill(run: PlanRun, ids: list[int], *, now: int) -> int:
    rows = counted.items(exercise=run.exercise).exclude(state=State.CLOSED)
    still = [
        item
        for n in range(0, len(ids), AT_ONCE)
        for item in rows.filter(id__in=ids[n : n + AT_ONCE]).values_list("id", flat=True)
    ]
    moved, _ = advance_many(still, "fill", Scene(replace(SYSTEM, exercise=run.exercise), now))
    return len(moved)


def _opening(
    run: PlanRun, key: str, line: Line, short: Short, *, taken_on: bool = False
) -> Opening:
    with translation.override(settings.LANGUAGE_CODE):  # the city's: whoever mends it reads it
        what = line.label.tell(translation.gettext)
        why = translation.gettext(WHY_SAID[short.why])
        title = LACKS.tell(translation.gettext) if short.lacks is None else Phrase(
            LACKS_SO_MANY, n=f"{short.lacks:g}").tell(translation.gettext)  # fmt: skip
    data = {
        "plan": run.version.code, "run_id": run.id, "lead_id": run.started_by,
        "what": what[:200], "why": why[:200], "unit_id": short.unit_id or short.area_id,
        "needed": short.needed, "have": short.have, "account_id": short.account_id,
    }  # fmt: skip
    return Opening(
        area_id=short.area_id,
        item_class=line.part.value,
        data={name: value for name, value in data.items() if value is not None},
        title=f"{what} – {title}"[:160],
        uid=uuid5(run.uid, f"{'own' if taken_on else 'gap'}:{key}"),
        quantity=short.lacks,
        subject_kind="place",
        subject_id=short.area_id,
        opened_by=run.started_by,
    )


LACKS = Phrase(N_("not recorded"))
LACKS_SO_MANY = N_("{n} lack")
