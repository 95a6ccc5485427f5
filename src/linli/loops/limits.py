"""How long may a stage take, and who is told when it takes longer? Data, signed and versioned.

A limit set belongs to one loop. It holds a clock for each (stage, class, mode) that has a
limit, and each clock has rungs: the share of the limit at which something happens, the tier
that answers from then on, and what changes. An item keeps the set it started under.
"""

import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.db.models import Max

from linli import clock as time
from linli import toml_text
from linli.audit.records import record
from linli.columns import MomentField
from linli.errors import N_, BadInput, NotFound, Word
from linli.loops.loop import Loop
from linli.loops.office import NAMES as CALENDARS
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.policy.roles import Role
from linli.registry.areas import Tier, whole_city
from linli.registry.declarations import Mode

UNITS_S = {"m": 60, "h": 3600, "d": 86_400}
ANY = "*"
LONGEST_LIMIT_S = 366 * 86_400  # assumed: what takes longer than a year has no limit


class LimitSet(models.Model):
    """One signed version of a loop's limits and ladder; never changed, only followed by another."""

    id = models.BigAutoField(primary_key=True)
    loop = models.CharField(max_length=24)
    version = models.IntegerField()
    signed_by = models.BigIntegerField(null=True)  # None: shipped with the loop
    signed_at = MomentField()
    note = models.CharField(max_length=300, blank=True)
    text = models.TextField()  # the whole set as TOML, as it was signed
    digest = models.CharField(max_length=64)

    class Meta:
        app_label = "loops"
        constraints = [
            models.UniqueConstraint(fields=["loop", "version"], name="one_set_a_version")
        ]


class StageClock(models.Model):
    """The limit of one stage for one class in one mode, in seconds of its calendar."""

    id = models.BigAutoField(primary_key=True)
    limit_set = models.ForeignKey(LimitSet, models.CASCADE, related_name="clocks")
    stage = models.CharField(max_length=24)
    item_class = models.CharField(max_length=24)
    mode = models.CharField(max_length=12)
    limit_s = models.BigIntegerField()
    calendar = models.CharField(max_length=12)

    class Meta:
        app_label = "loops"
        constraints = [
            models.UniqueConstraint(
                fields=["limit_set", "stage", "item_class", "mode"], name="one_clock_a_case"
            )
        ]


class Rung(models.Model):
    """What happens at a share of the limit. ``late``: from here on the item is late."""

    id = models.BigAutoField(primary_key=True)
    clock = models.ForeignKey(StageClock, models.CASCADE, related_name="rungs")
    level = models.SmallIntegerField()
    after_s = models.BigIntegerField()
    share = models.FloatField()
    tier = models.SmallIntegerField()  # the item's unit is at least at this tier from here on
    late = models.BooleanField()
    clears_holder = models.BooleanField(default=False)
    step = models.CharField(max_length=24, blank=True)  # a step that Linli takes here

    class Meta:
        app_label = "loops"
        constraints = [models.UniqueConstraint(fields=["clock", "level"], name="one_rung_a_level")]


@dataclass(frozen=True)
class RungRule:
    """A rung as it is written: ``at`` is the share of the limit."""

    at: float
    tier: Tier
    clears_holder: bool = False
    step: str = ""
    skips: bool = False  # meant: a tier is left out here


@dataclass(frozen=True)
class ClockRule:
    """A limit as it is written, for one class or all ("*"), one mode or all."""

    stage: str
    limit_s: int
    item_class: str = ANY
    mode: str = ANY
    calendar: str = "always"
    ladder: tuple[RungRule, ...] = field(default_factory=tuple)


class BadLimits(BadInput):
    """A limit set that cannot be used, with the place and the reason."""

    code = "bad_limits"
    sentence = N_("The limits of {loop} cannot be used: {place}: {reason}")


def read(loop: Loop, text: str) -> tuple[ClockRule, ...]:
    """Read a limit set from TOML; raises BadLimits naming the entry that is wrong."""
    try:
        raw = toml_text.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadLimits(loop=loop.name, place="TOML", reason=str(error)) from None
    given = raw.get("ladder", {})
    if set(raw) - {"ladder", "clock"} or not isinstance(given, dict):
        raise BadLimits(loop=loop.name, place="TOML", reason="it holds [[ladder.…]] and [[clock]]")
    ladders = {
        name: tuple(_rung(loop, f"ladder.{name}[{i}]", rung) for i, rung in enumerate(rungs))
        for name, rungs in given.items()
    }
    rules = [_clock(loop, f"clock[{i}]", c, ladders) for i, c in enumerate(raw.get("clock", ()))]
    return tuple(rules)


def duration_s(text: str) -> int:
    """Seconds of "90m", "4h", "7d"; raises ValueError for anything else."""
    unit = UNITS_S.get(text[-1:])
    if unit is None or not text[:-1].isdigit() or int(text[:-1]) == 0:
        raise ValueError(f'"{text}" is no duration: write a whole number and m, h or d.')
    return int(text[:-1]) * unit


@transaction.atomic
def sign(
    loop: Loop, text: str, *, by: int | None, note: str = "", now: int | None = None
) -> LimitSet:
    """Put a new version in force for items opened from now on; running items keep theirs."""
    rules = read(loop, text)
    last = LimitSet.objects.filter(loop=loop.name).aggregate(last=Max("version"))["last"] or 0
    made = LimitSet.objects.create(
        loop=loop.name,
        version=last + 1,
        signed_by=by,
        signed_at=time.now_s() if now is None else now,
        note=note,
        text=text,
        digest=hashlib.sha256(json.dumps([loop.name, last + 1, by, text]).encode()).hexdigest(),
    )
    for case in _cases(loop, rules):
        _write(made, *case)
    forget()
    return made


@transaction.atomic
def sign_as(actor: Actor, loop: Loop, text: str, *, note: str, now: int) -> LimitSet:
    """Sign a new version as somebody who may, and record it; raises NotAllowed or BadLimits."""
    everywhere = whole_city()  # limits hold in every area
    holding = can(actor, Ask("limits.edit", roles_for("limits.edit"), everywhere)).required()
    try:
        rules = read(loop, text)
    except (AttributeError, TypeError, RecursionError) as error:
        raise BadLimits(loop=loop.name, place="TOML", reason=type(error).__name__) from None
    longest = max((rule.limit_s for rule in rules), default=0)
    if not rules or longest > LONGEST_LIMIT_S:
        reason = f"{len(rules)} clocks, the longest {longest} s of at most {LONGEST_LIMIT_S}"
        raise BadLimits(loop=loop.name, place="clock", reason=reason)
    made = sign(loop, text, by=actor.id, note=note, now=now)
    record(actor, "sign", "limits", made.id, holding=holding, detail={"version": made.version})
    return made


def _cases(loop: Loop, rules: tuple[ClockRule, ...]) -> list[tuple[str, str, str, ClockRule]]:
    """The rule for each (stage, class, mode): the most exact one that fits, later ones win."""
    cases = []
    for stage in loop.stages:
        for item_class in loop.classes:
            for mode in Mode.values:
                fitting = [
                    rule
                    for rule in rules
                    if rule.stage == stage.name
                    and rule.item_class in (item_class, ANY)
                    and rule.mode in (mode, ANY)
                ]
                if fitting:
                    exact = max(
                        enumerate(fitting),
                        key=lambda r: (r[1].item_class != ANY, r[1].mode != ANY, r[0]),
                    )
                    cases.append((stage.name, item_class, mode, exact[1]))
    return cases


def _write(made: LimitSet, stage: str, item_class: str, mode: str, rule: ClockRule) -> None:
    clock = StageClock.objects.create(
        limit_set=made,
        stage=stage,
        item_class=item_class,
        mode=mode,
        limit_s=rule.limit_s,
        calendar=rule.calendar,
    )
    Rung.objects.bulk_create(
        Rung(
            clock=clock,
            level=level,
            after_s=round(rung.at * rule.limit_s),
            share=rung.at,
            tier=rung.tier,
            late=rung.at >= 1,
            clears_holder=rung.clears_holder,
            step=rung.step,
        )
        for level, rung in enumerate(sorted(rule.ladder, key=lambda r: r.at), start=1)
    )


def _rung(loop: Loop, place: str, raw: dict[str, Any]) -> RungRule:
    known = {"at", "tier", "clears_holder", "step", "skips"}
    try:
        if set(raw) - known:
            raise ValueError(f"unknown words {sorted(set(raw) - known)}; known are {sorted(known)}")
        rung = RungRule(
            at=float(raw["at"].rstrip("%")) / 100,
            tier=Tier[raw.get("tier", "community").upper()],
            clears_holder=bool(raw.get("clears_holder", False)),
            step=raw.get("step", ""),
            skips=bool(raw.get("skips", False)),
        )
        if not 0 < rung.at <= 100:
            raise ValueError("the share lies between 1% and 10000%")
        if rung.step and loop.step(rung.step) is None:
            raise ValueError(f'there is no step "{rung.step}"')
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise BadLimits(loop=loop.name, place=place, reason=str(error)) from None
    return rung


def _clock(
    loop: Loop, place: str, raw: dict[str, Any], ladders: dict[str, tuple[RungRule, ...]]
) -> ClockRule:
    known = {"stage", "limit", "class", "mode", "calendar", "ladder"}
    try:
        if set(raw) - known:
            raise ValueError(f"unknown words {sorted(set(raw) - known)}; known are {sorted(known)}")
        rule = ClockRule(
            stage=raw["stage"],
            limit_s=duration_s(raw["limit"]),
            item_class=raw.get("class", ANY),
            mode=raw.get("mode", ANY),
            calendar=raw.get("calendar", "always"),
            ladder=ladders[raw.get("ladder", "default")],
        )
        if rule.stage not in {s.name for s in loop.stages}:
            raise ValueError(f'there is no stage "{rule.stage}"')
        if rule.item_class not in {*loop.classes, ANY}:
            raise ValueError(f'there is no class "{rule.item_class}"')
        if rule.mode not in {*Mode.values, ANY}:
            raise ValueError(f'there is no mode "{rule.mode}"')
        if rule.calendar not in CALENDARS:
            raise ValueError(f'there is no calendar "{rule.calendar}"')
        if not any(rung.at >= 1 for rung in rule.ladder):
            raise ValueError("its ladder has no rung at or after 100%, so nothing would be late")
        _check_climb(loop, rule)
    except KeyError as error:
        raise BadLimits(loop=loop.name, place=place, reason=f"{error} is missing") from None
    except (ValueError, AttributeError, TypeError) as error:
        raise BadLimits(loop=loop.name, place=place, reason=str(error)) from None
    return rule


def _check_climb(loop: Loop, rule: ClockRule) -> None:
    """A ladder climbs tier by tier, and its steps begin where its clock runs."""
    tier = Tier.COMMUNITY
    for rung in sorted(rule.ladder, key=lambda r: r.at):
        if rung.tier < tier:
            raise ValueError(f"its ladder falls to the {rung.tier.name.lower()} at {rung.at:.0%}")
        if rung.tier > tier + 1 and not rung.skips:
            raise ValueError(
                f"its ladder skips a tier at {rung.at:.0%}; write skips = true there if it is meant"
            )
        tier = rung.tier
        step = loop.step(rung.step) if rung.step else None
        if step is not None and not (step.starts_at(rule.stage) and Role.SYSTEM in step.by):
            raise ValueError(f'Linli cannot take the step "{rung.step}" from there')


@dataclass(frozen=True, slots=True)
class Ticking:
    """A clock as the engine uses it: the limit and the first rung, in calendar seconds."""

    id: int
    limit_s: int
    calendar: str
    first_s: int | None


@dataclass(frozen=True)
class InForce:
    """The newest limit set of a loop with its clocks by (stage, class, mode)."""

    id: int
    version: int
    clocks: dict[tuple[str, str, str], Ticking]


_sets: dict[int, dict[tuple[str, str, str], Ticking]] = {}
_newest: dict[str, tuple[float, int, int]] = {}
NEWEST_FOR_S = 1.0  # wall seconds for which a process trusts what it read as the newest


def newest(loop: str) -> InForce | None:
    """The set that items opened now start under."""
    known = _newest.get(loop)
    if known is None or time.wall_now() - known[0] > NEWEST_FOR_S:
        row = LimitSet.objects.filter(loop=loop).order_by("-version").first()
        if row is None:
            return None
        known = _newest[loop] = (time.wall_now(), row.id, row.version)
    return InForce(known[1], known[2], clocks_of(known[1]))


def in_force(loop: Loop) -> LimitSet:
    """The newest signed version as it is written; raises NotFound where there is none."""
    found = LimitSet.objects.filter(loop=loop.name).order_by("-version").first()
    if found is None:
        raise NotFound(what=Word(N_("limit set of")), value=loop.name)
    return found


def clocks_of(limit_set_id: int) -> dict[tuple[str, str, str], Ticking]:
    """The clocks of a set, which never changes once signed, so it is read once."""
    if limit_set_id not in _sets:
        firsts = dict(
            Rung.objects.filter(clock__limit_set=limit_set_id, level=1).values_list(
                "clock_id", "after_s"
            )
        )
        _sets[limit_set_id] = {
            (c.stage, c.item_class, c.mode): Ticking(c.id, c.limit_s, c.calendar, firsts.get(c.id))
            for c in StageClock.objects.filter(limit_set=limit_set_id)
        }
    return _sets[limit_set_id]


def forget() -> None:
    """Read everything anew (a set was signed; a test emptied the tables)."""
    _sets.clear()
    _newest.clear()
