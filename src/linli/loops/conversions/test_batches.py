"""Opening a batch of hospitals raises the free places at once; who is not ready is named (S27)."""

import pytest

from linli.errors import NotAllowed
from linli.loops import catalogue
from linli.loops.advance import Opening, open_item
from linli.loops.beds import search
from linli.loops.beds.fit import BedNeed
from linli.loops.conversions import batches
from linli.loops.conversions.checks import needed
from linli.registry.sites import Site
from tests.bedside import Bedside
from tests.callers import Caller
from tests.cast import City

pytestmark = pytest.mark.db


@pytest.fixture
def bedside(city: City) -> Bedside:
    """The small city; three hospitals in batch 3, two of them checked."""
    found = Bedside(city)
    for name, n_beds, checked in (("三医院", 40, True), ("四医院", 25, True), ("五医院", 9, False)):
        site = found.site(name, stage="")
        found.ward("一病区", site=site, n_beds=n_beds)
        said = {"site_id": site.id, "n_beds_planned": n_beds, "batch": 3, "level": "tertiary"}
        opening = Opening(site.area_id, "first", said)
        made = open_item(catalogue.get("conversion"), opening, found.at("fay")).item_id
        found.take(made, "begin", "fay")
        for check in needed(site.kind) if checked else ():
            found.take(made, "check", "hal", check=check.value, passed=True)
    return found


def free(bedside: Bedside) -> int:
    """Beds that somebody with a confirmed, ordinary course could get now."""
    need = BedNeed("confirmed", "ordinary")
    return sum(place.n_free for place in search.find(bedside.city.actor("bo"), need))


def test_opening_batch_three_raises_free_places_at_once_and_names_who_is_not_ready(
    bedside: Bedside,
) -> None:
    before = free(bedside)

    told = batches.open_batch(bedside.at("fay"), 3)

    assert (before, free(bedside)) == (0, 65)
    assert (told.n_free_before, told.n_free) == (0, 65)
    assert [site.name_zh for site in told.opened] == ["三医院", "四医院"]
    (back,) = told.held_back
    assert back.site.name_zh == "五医院"
    assert "Not passed yet: clean and unclean zones" in back.why.tell()
    found = search.find(bedside.city.actor("bo"), BedNeed("confirmed", "ordinary"))
    assert {(place.level, place.batch) for place in found} == {("tertiary", 3)}


def test_the_batches_tell_what_each_would_bring(bedside: Bedside) -> None:
    (third,) = batches.listed(bedside.city.actor("jo"))

    assert (third.number, third.n_open, len(third.sites)) == (3, 0, 3)
    assert (third.n_beds_planned, third.n_free) == (74, 0)
    assert Site.objects.get(name_zh="三医院").batch == 3


def test_who_does_not_answer_for_the_sites_opens_none_of_them(bedside: Bedside) -> None:
    with pytest.raises(NotAllowed):
        batches.open_batch(bedside.at("hal"), 3)
    with pytest.raises(batches.NoBatch, match=r"No site of batch 7.*Batches with such a site: 3"):
        batches.open_batch(bedside.at("fay"), 7)
    assert free(bedside) == 0


def test_the_interface_opens_it_and_says_what_that_brought(bedside: Bedside) -> None:
    fay = Caller(bedside.city, "fay")

    told = fay.post("/api/beds/batches/3/open").json()

    assert (told["n_free_before"], told["n_free"], len(told["opened"])) == (0, 65, 2)
    assert ["Not passed yet:" in one["why"] for one in told["held_back"]] == [True]
    assert fay.get("/api/beds/batches").json()[0]["n_open"] == 2
