"""The conversion loop (S29): a site is chosen, converted, opened after its checks, and closed.

Nobody is placed in a site that is not open, and no site closes while somebody lies in it.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from linli.errors import N_, Word
from linli.loops.beds import ledger
from linli.loops.conversions.checks import CHECK_NAMES, ConversionPoint, needed
from linli.loops.loop import Form, Gate, Loop, Stage, State, Step, Unmet, stages
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.can import is_within
from linli.policy.roles import DUTY_OFFICERS, Role
from linli.registry import sites
from linli.registry.sites import CONVERTED, Site, SiteKind, SiteLevel, SiteStage
from linli.registry.wards import MOST_BEDS, Ward

CHECKERS = DUTY_OFFICERS | {Role.CLINICIAN}


class ConversionAsk(Form):
    """Which site, in which batch, and how many beds are planned."""

    site_id: int = Field(gt=0, title=N_("Number of the site"))
    batch: int = Field(default=1, ge=1, le=99, title=N_("Batch"))
    n_beds_planned: int = Field(ge=1, le=MOST_BEDS, title=N_("Beds planned"))
    level: SiteLevel = Field(
        default=SiteLevel.UNTOLD,
        title=N_("Level of the hospital"),
        json_schema_extra={"names": dict(SiteLevel.choices)},
    )


class ConversionCheck(Form):
    """What was looked at on the spot, and whether it is right."""

    check: ConversionPoint = Field(
        title=N_("What was looked at?"),
        json_schema_extra={"names": {code.value: name for code, name in CHECK_NAMES.items()}},
    )
    passed: bool = Field(title=N_("Is it right?"))


def _site(item: Standing) -> Site | None:
    return Site.objects.filter(id=item.data["site_id"]).first()


def _known(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    site = _site(item)
    if site is None or not is_within(site.path, item.path):
        return Unmet("known", N_("There is no site {id} here."), {"id": item.data["site_id"]})
    if site.kind not in CONVERTED:
        return Unmet("known", N_("A site of this kind needs no conversion: it takes people in."))
    if site.stage not in (SiteStage.UNASKED, SiteStage.CLOSED):
        return Unmet("known", N_("The site is being converted or open already."))
    return None


def _checked(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Every check that its kind needs has been passed; those that are not are named."""
    site = _site(item)
    done = item.data.get("checks", {})
    kind = site.kind if site else SiteKind.RECOVERY
    left = [check for check in needed(kind) if not done.get(check.value, {}).get("passed")]
    if not left:
        return None
    return Unmet(
        "checked",
        N_("Not passed yet: {left}. Look at each on the spot, and say so."),
        {"left": tuple(Word(CHECK_NAMES[check]) for check in left)},
    )


def _has_beds(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    if Ward.objects.filter(site_id=item.data["site_id"], n_beds__gt=0).exists():
        return None
    return Unmet("has_beds", N_("The site has no ward with beds. Enter its wards first."))


def _empty(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    n = ledger.in_site(item.data["site_id"], exercise=bool(item.exercise))
    if n == 0:
        return None
    return Unmet(
        "empty",
        N_("{n} people are in its beds or on the way. Move or discharge each of them first."),
        {"n": n},
    )


def _sets(stage: SiteStage) -> Any:
    """The site itself moves on; a drill moves no real site."""

    def effect(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
        if not item.exercise:
            sites.set_stage(item.data["site_id"], stage)
        return {"outcome": stage.value} if stage is SiteStage.CLOSED else {}

    return effect


def _begun(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    """The site is being converted, in its batch."""
    if not item.exercise:
        said = item.data
        sites.set_batch(said["site_id"], said.get("batch", 1), said.get("level", ""))
    return dict(_sets(SiteStage.CONVERTING)(item, form, scene))


def _dropped(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    if not item.exercise and item.stage == "converting":
        sites.set_stage(item.data["site_id"], SiteStage.UNASKED)
    return {"outcome": "dropped"}


def _looked_at(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    said = {"passed": form["passed"], "by": scene.actor.id, "at": scene.now}
    return {"data": {**item.data, "checks": {**item.data.get("checks", {}), form["check"]: said}}}


LOOP = Loop(
    name="conversion",
    label=N_("conversion"),
    opens="chosen",
    opened_by=DUTY_OFFICERS,
    asks=ConversionAsk,
    subject="site",
    photos=True,
    seen_by=CHECKERS | {Role.DATA_OFFICE},
    about_residents=False,
    classes={"first": N_("first use"), "again": N_("used before")},
    stages=(
        Stage("chosen", N_("chosen")),
        Stage("converting", N_("being converted")),
        Stage("open", N_("open"), State.WAITING),
        Stage("closing", N_("closing: takes nobody in")),
        Stage("closed", N_("closed"), State.CLOSED),
        Stage("dropped", N_("dropped"), State.CLOSED),
    ),
    steps=(
        Step(
            "begin",
            N_("begin the conversion"),
            stages("chosen"),
            "converting",
            by=DUTY_OFFICERS,
            gates=(Gate("known", N_("the site is here and needs it"), _known),),
            effect=_begun,
        ),
        Step(
            "check",
            N_("say what was looked at"),
            stages("converting", "open"),
            "converting",
            by=CHECKERS,
            asks=ConversionCheck,
            effect=_looked_at,
            stays=True,
        ),
        Step(
            "open_up",
            N_("open the site"),
            stages("converting"),
            "open",
            by=DUTY_OFFICERS,
            gates=(
                Gate("checked", N_("every safety check is passed"), _checked),
                Gate("has_beds", N_("it has beds"), _has_beds),
            ),
            effect=_sets(SiteStage.OPEN),
        ),
        Step(
            "wind_down",
            N_("take nobody in any more"),
            stages("open"),
            "closing",
            by=DUTY_OFFICERS,
            effect=_sets(SiteStage.CLOSING),
        ),
        Step(
            "take_up",
            N_("take people in again"),
            stages("closing"),
            "open",
            by=DUTY_OFFICERS,
            gates=(Gate("checked", N_("every safety check is passed"), _checked),),
            effect=_sets(SiteStage.OPEN),
        ),
        Step(
            "shut",
            N_("close the site"),
            stages("closing"),
            "closed",
            by=DUTY_OFFICERS,
            gates=(Gate("empty", N_("nobody is in its beds"), _empty),),
            effect=_sets(SiteStage.CLOSED),
        ),
        Step(
            "drop",
            N_("drop it"),
            stages("chosen", "converting"),
            "dropped",
            by=DUTY_OFFICERS,
            effect=_dropped,
        ),
    ),
)
