"""Whoever has died or moved away is told with the day, the reason and the source, by every door."""

from datetime import date

import pytest

from linli.errors import BadInput
from linli.policy.fields import MASK
from linli.registry import keep, kinds, merges, people
from linli.registry.person import Person
from tests.cast import EVENING, City
from tests.lists import come_in, counts, reasons

pytestmark = pytest.mark.db
HEAD = "人员编号,姓名,责任网格,离开日期,离开原因,离开依据,来源\n"
OAK1 = "橡树里社区/橡树里第一网格"
DAY = date(2020, 2, 8)


def zhang(city: City, code: str = "a1") -> Person:
    """Somebody of Oak Lane."""
    oak1 = city.areas["oak1"]
    return Person.objects.create(
        code=code, name="张伟", area=oak1, path=oak1.path, source="test", as_of="2020-01-01",
        changed_at=EVENING,
    )  # fmt: skip


def test_a_list_tells_who_has_left_and_the_same_list_twice_changes_nothing(city: City) -> None:
    rows = HEAD + f"a1,张伟,{OAK1},2020-02-08,去世,,殡葬登记\n"
    come_in(city, f"人员编号,姓名,责任网格\na1,张伟,{OAK1}\n")

    first, again = come_in(city, rows), come_in(city, rows)

    who = Person.objects.get()
    assert (who.left_on, who.left_because, who.left_source) == (DAY, "died", "殡葬登记")
    assert (counts(first), counts(again)) == ({"updated": 1}, {"unchanged": 1})


@pytest.mark.parametrize("cells", ["2020-02-08,,", ",去世,", "2031-01-01,去世,"])
def test_a_row_with_half_a_departure_or_one_to_come_is_refused(city: City, cells: str) -> None:
    result = come_in(city, HEAD + f"a1,张伟,{OAK1},{cells},x\n")

    assert counts(result) == {"refused": 1}
    assert reasons(result)
    assert not Person.objects.exists()


def test_by_hand_both_the_day_and_the_reason_are_said(city: City) -> None:
    who = zhang(city)
    ida, kind = city.actor("ida"), kinds.get("people")

    with pytest.raises(BadInput, match="both"):
        keep.change(ida, kind, who.id, {"left_on": DAY}, purpose="registry")
    keep.change(ida, kind, who.id, {"left_on": DAY, "left_because": "moved"}, purpose="registry")

    who.refresh_from_db()
    assert (who.left_on, who.left_because) == (DAY, "moved")


def test_that_somebody_died_is_seen_by_who_sees_when_they_were_born(city: City) -> None:
    who = zhang(city)
    Person.objects.filter(id=who.id).update(left_on=DAY, left_because="died")

    cy = people.open_one(city.actor("cy"), who.id, purpose="service", now=EVENING)
    fay = people.open_one(city.actor("fay"), who.id, purpose="service", now=EVENING)

    assert (cy["left_on"], cy["left_because"]) == (DAY, "died")
    assert (fay["left_on"], fay["left_because"]) == (MASK, MASK)


def test_a_departure_follows_a_merge_and_back(city: City) -> None:
    lost, kept = zhang(city, "a1"), zhang(city, "a2")
    Person.objects.filter(id=lost.id).update(left_on=DAY, left_because="died")

    done = merges.merge(city.actor("ida"), lost.id, kept.id, now=EVENING)
    kept.refresh_from_db()
    assert (kept.left_on, kept.left_because) == (DAY, "died")
    merges.undo(city.actor("ida"), done.id, now=EVENING)

    kept.refresh_from_db()
    assert (kept.left_on, kept.left_because) == (None, "")
