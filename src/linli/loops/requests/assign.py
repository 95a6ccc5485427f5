"""Who should do it? Duty list, then place, then skill, then the lightest load; with the reason."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count

from linli import clock
from linli.errors import N_, BadInput
from linli.loops.ledger import Item
from linli.loops.loop import Allotment
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.policy.roles import FIELD_STAFF, Role
from linli.registry import duties, roster
from linli.registry.roster import Assignment

TAKERS = FIELD_STAFF | {Role.PARTNER}  # who may be given a request


def by_duty(item: Standing, form: Mapping[str, Any], scene: Scene) -> Allotment:
    """The allotment that the duty list leads to for this type, place and moment."""
    place = scene.place(item.area_id)
    duty = _duty(item.kind, scene)
    if duty is None:
        return _desk(item, scene, "no_duty", {})
    tier = max(int(duty.tier), item.tier)
    unit = place.unit(tier)
    values = {"duty": duty.code}
    if duty.skill:
        skilled = _lightest(_skilled(unit, duty.skill, scene), scene)
        if skilled is not None:
            return _to(tier, skilled, "duty_skill", values | {"skill": duty.skill}, duty, scene)
    if duty.lead_role == Role.GRID_WORKER and tier == item.tier == place.lowest_tier:
        worker = _lightest(_grid_workers(place.path, scene), scene)
        if worker is not None:
            return _to(tier, worker, "duty_grid", values, duty, scene)
    return _desk(item, scene, "duty_unit", values, tier, duty.topic)


def by_dispatcher(item: Standing, form: Mapping[str, Any], scene: Scene) -> Allotment:
    """The allotment a dispatcher decides on; without a name the duty list decides again.

    Raises BadInput for somebody who could not take a step with it: who works elsewhere, or no
    longer.
    """
    holder = form.get("holder_id")
    if holder is None:
        return by_duty(item, form, scene)
    if holder not in roster.holders_above(item.path, TAKERS, scene.now):
        raise BadInput(N_("Whoever is to have it has no post here now. Choose somebody else."))
    return Allotment(item.tier, holder, "dispatcher", topic=item.topic)


def _duty(kind: str, scene: Scene) -> duties.Duty | None:
    key = ("duty", kind)
    if key not in scene.memo:
        on = clock.day(datetime.fromtimestamp(scene.now, UTC))
        try:
            scene.memo[key] = duties.lead_for(kind, on)
        except duties.NoDuty:
            scene.memo[key] = None
    return scene.memo[key]  # type: ignore[return-value]


def _grid_workers(path: str, scene: Scene) -> tuple[int, ...]:
    return _remember(
        scene, ("grid", path), lambda: roster.holders(path, [Role.GRID_WORKER], scene.now)
    )


def _skilled(unit: int, skill: str, scene: Scene) -> tuple[int, ...]:
    def find() -> list[int]:
        rows = Assignment.objects.filter(
            roster.current(scene.now),
            post__area_id=unit,
            post__role__in=[role.value for role in FIELD_STAFF],  # who may also accept it
            account__is_active=True,
        ).values_list("account_id", "account__skills")
        return [account for account, skills in rows if skill in (skills or ())]

    return _remember(scene, ("skill", unit, skill), find)


def _remember(scene: Scene, key: object, find: Any) -> tuple[int, ...]:
    if key not in scene.memo:
        scene.memo[key] = tuple(dict.fromkeys(find()))
    return scene.memo[key]  # type: ignore[return-value]


def _lightest(accounts: tuple[int, ...], scene: Scene) -> int | None:
    """Who holds the fewest open items; counting on from what this call has given out."""
    if not accounts:
        return None
    loads: dict[int, int] = scene.memo.setdefault("loads", {})  # type: ignore[assignment]
    unknown = [account for account in accounts if account not in loads]
    if unknown:
        counted = dict(
            Item.objects.filter(holder_id__in=unknown, state="open", exercise=scene.actor.exercise)
            .values_list("holder_id")
            .annotate(n=Count("id"))
        )
        loads.update({account: counted.get(account, 0) for account in unknown})
    return min(accounts, key=lambda account: (loads[account], account))


def _to(
    tier: int, account: int, reason: str, values: dict[str, Any], duty: duties.Duty, scene: Scene
) -> Allotment:
    loads: dict[int, int] = scene.memo["loads"]  # type: ignore[assignment]
    values = values | {"open": loads[account]}
    loads[account] += 1
    return Allotment(tier, account, reason, values, topic=duty.topic)


def _desk(
    item: Standing,
    scene: Scene,
    reason: str,
    values: dict[str, Any],
    tier: int | None = None,
    topic: str = "",
) -> Allotment:
    """The unit's first responsible person; a unit without one keeps it unheld, in sight."""
    at = item.tier if tier is None else tier
    account = scene.answers(scene.place(item.area_id).unit(at), topic)
    return Allotment(at, account, reason if account else "vacant", values, topic=topic)
