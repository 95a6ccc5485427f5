"""A site opens after its checks and not before, and closes when nobody lies in it (S29)."""

import pytest

from linli.errors import GateShut
from linli.loops import catalogue
from linli.loops.advance import Opening, open_item
from linli.loops.conversions.checks import needed
from linli.registry.sites import CONVERTED, Site
from tests.bedside import Bedside
from tests.cast import City

pytestmark = pytest.mark.db


@pytest.fixture
def bedside(city: City) -> Bedside:
    """The small city with its hospital."""
    return Bedside(city)


def chosen(bedside: Bedside, site: Site) -> int:
    """A site that Fay, who commands the district, has chosen."""
    opening = Opening(site.area_id, "first", {"site_id": site.id, "n_beds_planned": 200})
    return open_item(catalogue.get("conversion"), opening, bedside.at("fay")).item_id


def opened(bedside: Bedside, site: Site) -> int:
    """The same site, converted and open."""
    conversion = chosen(bedside, site)
    bedside.take(conversion, "begin", "fay")
    for check in needed(site.kind):
        bedside.take(conversion, "check", "hal", check=check.value, passed=True)
    bedside.take(conversion, "open_up", "fay")
    return conversion


def test_a_site_opens_after_every_check_and_names_those_that_are_left(bedside: Bedside) -> None:
    site = bedside.site("会展中心", kind="shelter_hospital", stage="")
    bedside.ward("A厅", site=site, n_beds=200, severity="mild")
    conversion = chosen(bedside, site)
    bedside.take(conversion, "begin", "fay")
    for check in needed(site.kind):
        bedside.take(conversion, "check", "hal", check=check.value, passed=check != "fire")

    with pytest.raises(GateShut, match="Not passed yet: fire safety"):
        bedside.take(conversion, "open_up", "fay")
    bedside.take(conversion, "check", "hal", check="fire", passed=True)
    bedside.take(conversion, "open_up", "fay")

    assert Site.objects.get(id=site.id).stage == "open"


def test_a_site_without_beds_does_not_open(bedside: Bedside) -> None:
    with pytest.raises(GateShut, match="no ward with beds"):
        opened(bedside, bedside.site("党校", kind="isolation", stage=""))


def test_a_site_closes_when_the_last_patient_has_left(bedside: Bedside) -> None:
    site = bedside.site("会展中心", kind="shelter_hospital", stage="")
    ward = bedside.ward("A厅", site=site, n_beds=2, severity="ordinary")
    conversion = opened(bedside, site)
    stay = bedside.in_bed(ward)

    bedside.take(conversion, "wind_down", "fay")
    with pytest.raises(GateShut, match="1 people are in its beds"):
        bedside.take(conversion, "shut", "fay")
    late = bedside.waiting()
    with pytest.raises(GateShut, match="is not open"):
        bedside.take(late, "find_place", "dee", ward_id=ward.id)
    bedside.take(stay, "discharge", "hal", goes_on="none")
    bedside.take(conversion, "shut", "fay")

    assert Site.objects.get(id=site.id).stage == "closed"


def test_a_shop_is_not_converted(bedside: Bedside) -> None:
    with pytest.raises(GateShut, match="needs no conversion"):
        bedside.take(chosen(bedside, bedside.site("店", kind="shop", stage="")), "begin", "fay")


def test_every_kind_that_is_converted_has_its_checks() -> None:
    assert all(len(needed(kind)) >= 8 for kind in CONVERTED)
    assert "oxygen" in needed("shelter_hospital")
    assert "oxygen" not in needed("observation")
