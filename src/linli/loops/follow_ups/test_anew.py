"""A schedule made anew: what agrees with it stays as it stands, and whoever has fewest is given."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.loops.follow_ups import schedule, seen, teams
from linli.loops.follow_ups.seen import Told
from linli.loops.follow_ups.tables import RELEASE_SLOT, FollowUp, key_of
from linli.loops.follow_ups.test_schedule import TODAY, contact, rows
from linli.loops.ledger import Item
from tests.cast import EVENING, City

pytestmark = pytest.mark.db


def versions(item: int) -> list[tuple[object, ...]]:
    """Each row of a contact and, on PostgreSQL, which version of it stands there."""
    version = "ctid::text, xmin::text, " if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {version}id, holder_id, status, temperature_c FROM loops_followup "
            "WHERE contact_id = %s ORDER BY id",
            [item],
        )
        return cursor.fetchall()


def test_making_it_again_writes_no_row_that_agrees_with_it_already(city: City) -> None:
    items = [contact(city, f"Ren {n}", met=n) for n in range(3)]
    FollowUp.objects.update(temperature_c=36.6)  # a row that is made anew has none
    before = [versions(item) for item in items]

    made = schedule.make(items, now=EVENING)

    assert [versions(item) for item in items] == before
    assert (made.n_made, made.n_taken_back) == (sum(map(len, before)), 0)


def test_making_it_again_gives_another_worker_what_is_to_be_done_and_nothing_else(
    city: City,
) -> None:
    item = contact(city, "Ren", met=1)
    seen.take_in([Told(item, TODAY, 0, "well")], city.scene("cy", purpose="screening"))
    Item.objects.filter(id=item).update(holder_id=city.accounts["eve"].id)
    FollowUp.objects.filter(contact_id=item).update(holder_id=city.accounts["eve"].id)

    schedule.make([item], now=EVENING)

    holder = Item.objects.get(id=item).holder_id
    assert holder in {city.accounts["cy"].id, city.accounts["cleo"].id}
    assert set(FollowUp.objects.filter(contact_id=item, status="").values_list("holder_id")) == {
        (holder,)
    }
    assert FollowUp.objects.get(id=key_of(item, TODAY, 0)).holder_id == city.accounts["eve"].id


def test_what_is_planned_no_more_is_taken_back_and_only_that(city: City) -> None:
    item, beside = contact(city, "Ren", met=1), contact(city, "Lan", met=1)
    before = {one: rows(one) for one in (item, beside)}
    Item.objects.filter(id=item).update(data={"last_met_on": "2020-02-06"})  # two days earlier
    last = {(13, 0), (13, 1), (14, RELEASE_SLOT)}

    made = schedule.make([item], now=EVENING)

    assert made.n_taken_back >= len(last)
    assert last.isdisjoint(rows(item))
    assert max(rows(item)) == (12, RELEASE_SLOT)
    assert rows(beside) == before[beside]


def test_whoever_has_more_contacts_is_given_none_though_fewer_days_are_left_of_theirs(
    city: City,
) -> None:
    cy, cleo = city.accounts["cy"].id, city.accounts["cleo"].id
    ending, fresh = [contact(city, f"Ren {n}", met=13) for n in range(2)], contact(city, "Lan")
    Item.objects.filter(id__in=ending).update(holder_id=cy)
    Item.objects.filter(id=fresh).update(holder_id=cleo)

    given = [contact(city, f"Wu {n}") for n in range(3)]

    holders = Item.objects.filter(id__in=given).order_by("id").values_list("holder_id", flat=True)
    assert list(holders) == [cleo, cy, cleo]


def test_what_a_team_has_is_read_from_what_its_workers_hold(city: City) -> None:
    for n in range(3):
        contact(city, f"Ren {n}")

    with CaptureQueriesContext(connection) as asked:
        teams.teams(EVENING).nearest(city.areas["oak1"].path, 1)

    assert not any("loops_followup" in query["sql"] for query in asked)


def test_very_many_are_made_anew_as_a_few_are(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [contact(city, f"Ren {n}", met=n) for n in range(3)]
    before = [versions(item) for item in items]
    monkeypatch.setattr(schedule, "FEW_CONTACTS", 1)

    made = schedule.make(items, now=EVENING)

    assert [versions(item) for item in items] == before
    assert made.n_made == sum(map(len, before))
