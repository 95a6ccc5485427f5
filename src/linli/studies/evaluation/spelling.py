"""What does a term of a formula count, in words? The records, what is asked of them, the days."""

from collections.abc import Callable, Mapping
from typing import Any

from linli.analysis.evaluation.formulas import Term, Value
from linli.errors import N_
from linli.loops import catalogue
from linli.policy.roles import NAMES, Role
from linli.registry.areas import AreaKind
from linli.registry.organisations import OrganisationKind
from linli.registry.qualifications import QualificationKind
from linli.registry.sites import SiteKind
from linli.registry.vehicles import VehicleKind
from linli.studies.evaluation.records import RECORDS

Translate = Callable[[str], str]
FILTERS: Mapping[str, str] = {
    "above": N_("and those above"),
    "answered": N_("somebody answers"),
    "back_check": N_("asked again"),
    "complete": N_("whose newest exercise left no gap open"),
    "current": N_("signed or exercised within a year"),
    "first_responsible": N_("first responsible"),
    "floating": N_("floating"),
    "free_of_cases": N_("free of cases"),
    "from_age": N_("aged at least"),
    "has": N_("that have a"),
    "held": N_("held by somebody"),
    "holds": N_("who hold a"),
    "in_time": N_("in time"),
    "infected": N_("fell ill"),
    "item_class": N_("class"),
    "lacks": N_("without"),
    "kind": N_("kind"),
    "in_need": N_("in need of"),
    "led": N_("led by a duty in force"),
    "left": N_("left since"),
    "linked": N_("linked to a resident"),
    "loop": N_("of the loop"),
    "missed": N_("past its limit"),
    "organisation": N_("owned by a"),
    "organisation_named": N_("names an organisation"),
    "outcome": N_("outcome"),
    "rated": N_("the resident said a word"),
    "replied": N_("answered"),
    "role": N_("role"),
    "satisfied": N_("satisfied, 1 to 5"),
    "sent_by": N_("sent by a body of another area"),
    "shares_rooms": N_("without rooms of their own"),
    "signed_in": N_("signed in once"),
    "solved": N_("solved"),
    "solved_tier": N_("solved at tier"),
    "stage": N_("stage"),
    "state": N_("state"),
    "temporary": N_("temporary"),
    "three_without": N_("without all three"),
    "told": N_("where it is written down whether there is a"),
    "where_found": N_("solved where found"),
}
MOMENTS: Mapping[str, str] = {
    "closed": N_("closed"),
    "confirmed": N_("looked over"),
    "day": N_("of the rounds"),
    "delivered": N_("sent a list in"),
    "ended": N_("ended"),
    "gained": N_("gained"),
    "opened": N_("opened"),
    "replied": N_("answered"),
    "running": N_("running"),
    "started": N_("started"),
}
MEASURES: Mapping[str, str] = {
    "covered": N_("people found"),
    "escorts": N_("escorts"),
    "expected": N_("people expected"),
    "hours_to_close": N_("hours until closed"),
    "hours_to_reply": N_("hours until answered"),
    "passengers": N_("people on board"),
}
KINDS: Mapping[str, Any] = {
    "areas": AreaKind, "organisations": OrganisationKind, "sites": SiteKind,
    "vehicles": VehicleKind, "qualifications": QualificationKind,
}  # fmt: skip
LISTS: Mapping[str, Any] = {
    "has": OrganisationKind, "organisation": OrganisationKind, "sent_by": OrganisationKind,
    "holds": QualificationKind,
}  # fmt: skip


def spelled(term: Term, translate: Translate) -> str:
    """One term in the reader's language."""
    said = [translate(RECORDS[term.records].label)]
    for name, values in term.where:
        word = translate(FILTERS[name])
        if values == (True,):
            said.append(word)
            continue
        told = " / ".join(_value(term, name, value, translate) for value in values)
        said.append(f"{word}: {told}")
    if term.measure:
        said.append(f"Σ {translate(MEASURES[term.measure])}")
    if term.days:
        text = translate(N_("{when} in the last {days} days"))
        if term.ago:
            text = translate(N_("{when} in {days} days up to {ago} days ago"))
        said.append(text.format(when=translate(MOMENTS[term.when]), days=term.days, ago=term.ago))
    if term.above:
        said.append(translate(FILTERS["above"]))
    sign = "− " if term.times < 0 else ""
    return sign + "; ".join(said)


def _value(term: Term, name: str, value: Value, translate: Translate) -> str:
    """A code in words, where there are any; a city's own codes stay as they are."""
    if isinstance(value, bool):
        return translate(N_("yes")) if value else translate(N_("no"))
    code = str(value)
    known = KINDS.get(term.records) if name == "kind" else LISTS.get(name)
    if known is not None and code in known.values:
        return translate(str(known(code).label))
    if name == "role" and code in set(Role):
        return translate(NAMES[Role(code)])
    return translate(_of_loop(term, name, code))


def _of_loop(term: Term, name: str, code: str) -> str:
    """The word of a loop, of its classes and of its stages, where the term names one loop."""
    loops = catalogue.all_loops()
    if name == "loop":
        return loops[code].label if code in loops else code
    named = dict(term.where).get("loop", ())
    loop = loops.get(str(named[0])) if len(named) == 1 else None
    if loop is not None and name == "item_class":
        return loop.classes.get(code, code)
    if loop is not None and name == "stage":
        return next((stage.label for stage in loop.stages if stage.name == code), code)
    return code
