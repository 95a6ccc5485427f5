"""Who puts another office calendar in force, and what becomes of the clocks that run?"""

from collections.abc import Sequence

from django.db import transaction

from linli.audit.records import record
from linli.errors import N_, BadInput
from linli.loops import office
from linli.loops.office import OfficeDays
from linli.loops.office_text import Year, read, written
from linli.loops.retime import retime
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.registry.areas import whole_city

LONGEST_NOTE = 300


def sign_as(actor: Actor, text: str, *, note: str, now: int) -> OfficeDays:
    """Sign a calendar as somebody who may; it holds from now on, and due moments follow it.

    Raises NotAllowed, BadOfficeDays, or BadInput where nobody says why.
    """
    everywhere = whole_city()  # offices keep the same days in every area
    holding = can(actor, Ask("limits.edit", roles_for("limits.edit"), everywhere)).required()
    read(text)
    if not note.strip():
        raise BadInput(N_("Say why the calendar changes; the reason is kept with the signature."))
    with transaction.atomic():
        made = office.write(text, by=actor.id, note=note.strip()[:LONGEST_NOTE], now=now)
        detail = {"version": made.version}
        record(actor, "sign", "office_calendar", made.id, holding=holding, detail=detail)
    retime("", now)
    return made


def enter_as(actor: Actor, years: Sequence[Year], *, note: str, now: int) -> OfficeDays:
    """Sign the calendar in force with some years entered, or entered anew."""
    standing = read(office.in_force().text)
    for year in years:
        standing = standing.with_year(year)
    return sign_as(actor, written(standing), note=note, now=now)
