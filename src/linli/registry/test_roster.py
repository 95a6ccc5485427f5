"""Who holds what and who answers is the same, asked for one or for many."""

import pytest

from linli import clock
from linli.registry import roster
from linli.registry.roster import Absence, Assignment
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db


def change_the_roster(city: City) -> None:
    """Sam is away tonight with Cleo as deputy, Dee has left, and Fay's account is closed."""
    sam, dee = (Assignment.objects.get(account=city.accounts[name]) for name in ("sam", "dee"))
    roster.appoint(
        sam.post, city.accounts["cleo"], starts_at=clock.moment(EVENING - HOUR), deputy=True
    )
    Absence.objects.create(
        account=city.accounts["sam"],
        starts_at=clock.moment(EVENING - HOUR),
        ends_at=clock.moment(EVENING + HOUR),
    )
    roster.relieve(dee, at=clock.moment(EVENING - HOUR))
    city.accounts["fay"].is_active = False
    city.accounts["fay"].save()


@pytest.mark.parametrize("at", [EVENING - 2 * HOUR, EVENING, EVENING + 2 * HOUR])
def test_who_answers_is_the_same_for_one_unit_and_for_many(city: City, at: int) -> None:
    change_the_roster(city)
    units = [area.id for area in city.areas.values()]

    many = roster.first_responsible_many(units, at)

    for unit in units:
        one = roster.first_responsible(unit, "", at)
        assert many.get(unit, {}).get("") == (one.account_id if one else None)


def test_what_everybody_holds_is_what_each_holds(city: City) -> None:
    change_the_roster(city)

    everybody = roster.all_holdings(EVENING)

    for account in city.accounts.values():
        held = roster.holdings_of(account.id, EVENING)
        assert set(everybody.get(account.id, ())) == set(held)
