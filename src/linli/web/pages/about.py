"""Who may do and see what? Written from the declarations, so it cannot be out of date."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from linli.errors import N_
from linli.loops import catalogue
from linli.policy.fields import SEES
from linli.policy.powers import POWERS
from linli.policy.roles import NAMES, PURPOSE_NAMES, PURPOSES, SENTENCES, STAFF, Role
from linli.web.menu import Nav, Section

SHOWN = tuple(role for role in Role if role is not Role.SYSTEM)

VERB_NAMES: dict[str, str] = {
    "areas": N_("areas"),
    "organisations": N_("organisations"),
    "sites": N_("sites"),
    "vehicles": N_("vehicles"),
    "resources": N_("resources"),
    "duties": N_("the duty list"),
    "codes": N_("code lists"),
    "facts": N_("facts"),
    "households": N_("households"),
    "people": N_("people"),
    "roster": N_("the roster"),
    "accounts": N_("accounts"),
    "imports": N_("imports"),
    "exports": N_("exports"),
    "limits": N_("limits and ladders"),
    "mode": N_("the mode"),
    "work": N_("my work"),
    "board": N_("the board"),
    "map": N_("the map"),
    "audit": N_("the audit"),
    "back_check": N_("back-checks"),
}
ACT_NAMES: dict[str, str] = {
    "see": N_("see"),
    "edit": N_("change"),
    "merge": N_("merge"),
    "break_glass": N_("open in an emergency"),
    "run": N_("run"),
    "declare": N_("declare"),
}
FIELD_NAMES: dict[str, str] = {
    "name": N_("name"),
    "phone": N_("phone"),
    "address": N_("address"),
    "sex": N_("sex"),
    "birth_date": N_("date of birth"),
    "needs": N_("needs"),
    "note": N_("note"),
    "document": N_("identity document"),
}


@dataclass(frozen=True)
class Power:
    """One thing that can be done, and which of the roles shown may do it."""

    what: str
    act: str
    may: tuple[bool, ...]


def roles(request: HttpRequest) -> HttpResponse:
    """The roles as sentences, what each sees of a resident, and the table of powers."""
    context = {
        "roles": [_role(role) for role in SHOWN],
        "names": [NAMES[role] for role in SHOWN],
        "powers": [_power(verb, may) for verb, may in POWERS.items()],
        "loops": [
            (loop, [Power(step.label, "", _may(step.by)) for step in loop.steps])
            for loop in catalogue.all_loops().values()
        ],
    }
    return render(request, "about/roles.html", context)


def _role(role: Role) -> tuple[str, str, list[str], list[str]]:
    seen = [label for name, label in FIELD_NAMES.items() if name in SEES.get(role, ())]
    purposes = [PURPOSE_NAMES[p] for p in PURPOSE_NAMES if p in PURPOSES.get(role, ())]
    return NAMES[role], SENTENCES[role], seen, purposes


def _power(verb: str, may: frozenset[Role]) -> Power:
    thing, _, act = verb.partition(".")
    return Power(VERB_NAMES.get(thing, thing), ACT_NAMES.get(act, act), _may(may))


def _may(may: frozenset[Role]) -> tuple[bool, ...]:
    return tuple(role in may for role in SHOWN)


NAV = Nav(N_("Roles"), "roles", STAFF, 900, Section.HOUSE)
URLS = [path("about/roles", roles, name="roles")]
