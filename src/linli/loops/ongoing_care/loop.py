"""The loop of ongoing care (S28, S35): dialysis, pregnancy, a chronic illness, recovery.

Somebody whose place was closed, or who is cured of the epidemic and not of the rest, has a place
again or an item that climbs. The first treatment there ends it; they say so themselves, or the
clinic does.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import Field

from linli.errors import N_
from linli.loops.loop import Form, Gate, Loop, Stage, State, Step, Unmet, stages
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import DESKS, EVERYONE, Role
from linli.registry.sites import Site, takes_people

LINLI = frozenset({Role.SYSTEM})
CARERS = DESKS | {Role.CLINICIAN}


class OngoingCareBecause(StrEnum):
    """Why care has to be found anew."""

    DISPLACED = "displaced"
    DISCHARGED = "discharged"


BECAUSE = {
    "names": {
        OngoingCareBecause.DISPLACED.value: N_("the place was closed"),
        OngoingCareBecause.DISCHARGED.value: N_("discharged from an epidemic bed"),
    }
}


class OngoingCareAsk(Form):
    """Who needs care, and why it has to be found; a site where one is named already."""

    person_id: int = Field(gt=0, title=N_("Number of the person"))
    because: OngoingCareBecause = Field(title=N_("Why?"), json_schema_extra=BECAUSE)  # type: ignore[arg-type]
    site_id: int | None = Field(default=None, gt=0, title=N_("Number of the site"))


class OngoingCarePlace(Form):
    """The site that gives it from now on."""

    site_id: int = Field(gt=0, title=N_("Number of the site"))


def _open(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    if Site.objects.filter(takes_people(), id=form["site_id"]).exists():
        return None
    return Unmet(
        "site_open",
        N_("The site {id} is not open. Choose another, or finish its conversion first."),
        {"id": form["site_id"]},
    )


def _placed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"data": {**item.data, "site_id": form["site_id"]}}


def _begun(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {
        "replied_at": scene.now,
        "in_time": None if item.clock_id is None else not item.missed,
        "solved_tier": item.tier,
        "outcome": "given",
    }


def _needless(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": "needless"}


LOOP = Loop(
    name="ongoing_care",
    label=N_("ongoing care"),
    opens="needed",
    opened_by=LINLI,
    asks=OngoingCareAsk,
    subject="person",
    seen_by=CARERS | {Role.GRID_WORKER},
    classes={
        "dialysis": N_("dialysis"),
        "pregnancy": N_("pregnancy"),
        "chronic": N_("a chronic illness"),
        "recovery": N_("recovery under observation"),
    },
    stages=(
        Stage("needed", N_("needs a place"), public=N_("A place is being looked for.")),
        Stage("placed", N_("has a place"), public=N_("There is a place. Go there.")),
        Stage("given", N_("care is given again"), State.CLOSED, public=N_("Care goes on.")),
        Stage("ended", N_("not needed any more"), State.CLOSED),
    ),
    steps=(
        Step(
            "place",
            N_("name the site that gives it"),
            stages("needed", "placed"),
            "placed",
            by=CARERS,
            asks=OngoingCarePlace,
            gates=(Gate("site_open", N_("the site takes people in"), _open),),
            effect=_placed,
        ),
        Step(
            "lose",
            N_("the place cannot be had"),
            stages("placed"),
            "needed",
            by=CARERS | EVERYONE,
            own=True,
            reopens=True,
            rises_from=2,
        ),
        Step(
            "begin",
            N_("say that care was given"),
            stages("needed", "placed"),
            "given",
            by=CARERS | EVERYONE,
            own=True,
            effect=_begun,
        ),
        Step(
            "end",
            N_("not needed any more"),
            stages("needed", "placed"),
            "ended",
            by=CARERS,
            effect=_needless,
        ),
    ),
)
