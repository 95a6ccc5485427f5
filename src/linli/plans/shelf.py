"""Which plans does the city keep? As they came with Linli, or as it signed them, in versions."""

import difflib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from django.db import IntegrityError, transaction

from linli import clock
from linli.audit.records import record
from linli.errors import N_, BadInput, Conflict, NotFound, Word
from linli.plans.plan import Plan
from linli.plans.reading import BadPlan, read
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry import plans
from linli.registry.accounts import Account
from linli.registry.areas import whole_city
from linli.registry.plans import PlanVersion

SEE = "plans.see"
SIGN = "plans.sign"
SHIPPED_NOTE = "As shipped."
NOTE_MOST = 300


class SamePlan(Conflict):
    """The text is that of the version in force already."""

    code = "same_plan"
    sentence = N_("Version {version} of {code} says the same already. Nothing was signed.")


@dataclass(frozen=True)
class Kept:
    """A plan as it is kept, with what it says; without that where this Linli reads it no more."""

    version: PlanVersion
    plan: Plan | None
    problem: BadPlan | None = None


def shipped() -> dict[str, str]:
    """The texts that come with Linli, by code."""
    folder = files("linli.plans").joinpath("shipped")
    found = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            found[file.name.removesuffix(".toml")] = file.read_text("utf-8")
    return found


def ship_plans() -> int:
    """Keep each shipped plan that the city has no version of; returns how many."""
    known = set(PlanVersion.objects.values_list("code", flat=True))
    fresh = {code: text for code, text in shipped().items() if code not in known}
    with transaction.atomic():
        for code, text in fresh.items():
            plans.add_version(code, text, by=None, note=SHIPPED_NOTE, now=clock.now_s())
    return len(fresh)


def listed(actor: Actor) -> list[Kept]:
    """Every plan in its newest version, by code."""
    can(actor, Ask(SEE, roles_for(SEE))).required()
    rows = PlanVersion.objects.filter(newest=True).order_by("code")
    return [kept_of(row) for row in rows]


def get(actor: Actor, code: str, version: int | None = None) -> Kept:
    """A plan, in its newest version or the one named; raises NotFound."""
    can(actor, Ask(SEE, roles_for(SEE))).required()
    return _find(code, version)


def of_version(version_id: int) -> Kept:
    """The plan of a version that a run names."""
    return kept_of(PlanVersion.objects.get(id=version_id))


def sound(actor: Actor, code: str) -> tuple[PlanVersion, Plan]:
    """The newest version and what it says; raises BadPlan where it is not sound any more."""
    kept = get(actor, code)
    if kept.plan is None:
        raise kept.problem or BadPlan(faults="–")
    return kept.version, kept.plan


def versions(actor: Actor, code: str) -> list[PlanVersion]:
    """All versions of a plan, the newest first."""
    can(actor, Ask(SEE, roles_for(SEE))).required()
    _find(code, None)
    return list(PlanVersion.objects.filter(code=code).order_by("-version"))


def sign(actor: Actor, text: str, *, note: str, now: int) -> PlanVersion:
    """Put a new version of a plan in force; runs under way keep theirs.

    It holds in every area, so the post has to reach the whole city. Raises NotAllowed, BadPlan,
    SamePlan, or BadInput without a note.
    """
    holding = can(actor, Ask(SIGN, roles_for(SIGN), whole_city())).required()
    if not note.strip() or len(note) > NOTE_MOST:
        raise BadInput(N_("Say in up to {most} letters what is new and why."), most=NOTE_MOST)
    plan = read(text)
    before = PlanVersion.objects.filter(code=plan.code, newest=True).first()
    if before is not None and before.digest == plans.digest_of(text):
        raise SamePlan(version=before.version, code=plan.code)
    who = Account.objects.filter(id=actor.id or 0).first()
    try:
        with transaction.atomic():
            made = plans.add_version(
                plan.code, text, by=actor.id, name=who.display_name if who else "",
                note=note.strip(), now=now,
            )  # fmt: skip
            record(actor, "sign", "plan", made.id, holding=holding,
                   detail={"code": made.code, "version": made.version})  # fmt: skip
    except IntegrityError:  # two people signed in the same moment
        raise Conflict(
            N_("Somebody else has just signed a version of {code}. Look at it, then sign again."),
            code=plan.code,
        ) from None
    return made


def differences(old: PlanVersion, new: PlanVersion) -> list[tuple[str, str]]:
    """The lines of two versions: each with "+", "-" or " "; long stretches that agree are cut."""
    lines = difflib.unified_diff(
        old.text.splitlines(), new.text.splitlines(), lineterm="", n=3,
    )  # fmt: skip
    shown = [line for line in lines if not line.startswith(("---", "+++"))]
    return [(" ", "…") if line.startswith("@@") else (line[:1], line[1:]) for line in shown]


def kept_of(row: PlanVersion) -> Kept:
    """A kept version with what it says."""
    try:
        return Kept(row, _read(row.text))
    except BadPlan as problem:  # a loop that it names is gone with an upgrade
        return Kept(row, None, problem)


@lru_cache(maxsize=64)
def _read(text: str) -> Plan:
    return read(text)


def _find(code: str, version: int | None) -> Kept:
    wanted = PlanVersion.objects.filter(code=code)
    row = (
        wanted.filter(newest=True) if version is None else wanted.filter(version=version)
    ).first()
    if row is None:
        name = code[:40] if version is None else f"{code[:40]} {version}"
        raise NotFound(what=Word(N_("plan")), value=name)
    return kept_of(row)
