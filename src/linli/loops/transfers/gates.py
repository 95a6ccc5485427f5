"""What must be true before a bed is held for somebody, and before nobody needs it any more?"""

from collections.abc import Mapping
from typing import Any

from linli import clock
from linli.errors import N_
from linli.loops.beds import fit, ledger
from linli.loops.beds.fit import BedNeed
from linli.loops.beds.tables import ON_THE_WAY, Bed
from linli.loops.loop import Gate, Unmet
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.registry.person import Person
from linli.registry.sites import Site, takes_people
from linli.registry.wards import Ward


def need_of(item: Standing) -> BedNeed:
    """What a transfer's person needs of a bed; sex and age come from the registry."""
    person = Person.objects.filter(id=item.data["person_id"]).only("sex", "birth_date").first()
    today = clock.day(clock.now())
    born = person.birth_date if person else None
    return BedNeed.of(
        {
            **item.data,
            "severity": item.item_class,
            "sex": person.sex if person else "",
            "age_group": fit.age_group(born, today),
        }
    )


def _ward(form: Mapping[str, Any]) -> Ward | None:
    return Ward.objects.select_related("site").filter(id=form.get("ward_id", 0)).first()


def _site_open(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """The ward exists, and its site takes people in."""
    ward = _ward(form)
    if ward is None:
        return Unmet("site_open", N_("There is no such ward. Choose one from the table of beds."))
    if Site.objects.filter(takes_people(), id=ward.site_id).exists():
        return None
    return Unmet(
        "site_open",
        N_("The site {id} is not open. Choose another, or finish its conversion first."),
        {"id": ward.site_id},
    )


def _fits(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """The ward is of their category and can treat them."""
    ward = _ward(form)
    wrong = fit.misfits(need_of(item), ward) if ward else []
    return wrong[0] if wrong else None


def _bed_free(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """A bed of the ward is free."""
    ward = _ward(form)
    if ward is None:
        return None
    full = ledger.taken([ward.id], exercise=bool(item.exercise)).get(ward.id, 0) + ward.n_blocked
    if full < ward.n_beds:
        return None
    return Unmet(
        "bed_free",
        N_("The ward has no free bed: {taken} of {beds} are taken or held. Choose another."),
        {"taken": full, "beds": ward.n_beds},
    )


def _no_other(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """No other bed is held for them."""
    rows = Bed.objects.filter(
        person_id=item.data["person_id"], exercise=item.exercise, state__in=ON_THE_WAY
    )
    if not rows.exists():
        return None
    return Unmet("no_other", N_("A bed is held for this person already. Give that one back first."))


def _not_on_the_road(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Somebody on the road is signed for by a ward; Linli alone ends it when its cause is gone."""
    if scene.actor.id is None or item.stage not in ("departed", "arrived"):
        return None
    return Unmet(
        "not_on_the_road",
        N_("They are on the road. Let the ward sign for them, or let the run turn back."),
    )


SITE_OPEN = Gate("site_open", N_("the site takes people in"), _site_open)
FITS = Gate("fits", N_("the ward is of their category and can treat them"), _fits)
BED_FREE = Gate("bed_free", N_("a bed is free"), _bed_free)
NO_OTHER = Gate("no_other", N_("no other bed is held for them"), _no_other)
NOT_ON_THE_ROAD = Gate("not_on_the_road", N_("they are not on the road"), _not_on_the_road)
