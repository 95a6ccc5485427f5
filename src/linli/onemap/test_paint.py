"""Does each number open its list, and does everybody see their own and no more?"""

import pytest

from linli.errors import BadInput, NotAllowed, SignInNeeded
from linli.loops import find, tick
from linli.loops.advance import Opening, advance, open_item
from linli.loops.requests.loop import LOOP
from linli.onemap import catalogue, sights
from linli.onemap.layer import Gap
from linli.onemap.paint import Painting, paint
from linli.policy.can import SYSTEM, VISITOR, Actor
from linli.policy.roles import Role
from linli.registry.areas import Tier
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db
WORK = [  # what everybody who works in the field sees of their own area
    layer.name for layer in catalogue.all_layers().values()
    if layer.scoped and Role.GRID_WORKER in layer.roles
]  # fmt: skip


@pytest.fixture
def busy(city: City) -> City:
    """Six requests: one is taken, one answered, four left alone, all but two past their limit."""
    ids = [asked(city, area) for area in ("oak1", "oak1", "oak2", "pine", "ash1")]
    taken = asked(city, "oak1")
    advance(taken, "accept", city.scene("cy"))
    advance(ids[0], "take_over", city.scene("gil"))
    done = {"note": "Done.", "result": "done", "reach": "phone"}
    advance(ids[0], "answer", city.scene("gil"), data=done)
    tick.tick(EVENING + 8 * HOUR)
    asked(city, "elm", at=EVENING + 8 * HOUR)  # on the street itself, in no community
    return city


def asked(city: City, area: str, at: int = EVENING) -> int:
    """Ann asks for water somewhere."""
    data = {"description": "No water"}
    opening = Opening(city.areas[area].id, "utility", data, kind="water")
    return open_item(LOOP, opening, city.scene("ann", at)).item_id


def painted(
    city: City, actor: Actor | str, layer: str, area: str, tier: Tier | None = None
) -> Painting:
    """A layer over an area as somebody sees it."""
    who = city.actor(actor) if isinstance(actor, str) else actor
    return paint(who, catalogue.get(layer), city.areas[area], tier, now=EVENING)


def shown(painting: Painting) -> dict[str, float | Gap | None]:
    """The painted value of each area, or why there is none."""
    return {
        row.area.name_en.lower(): row.figure.gap or row.figure.values[0] for row in painting.rows
    }


@pytest.mark.parametrize("layer", WORK)
@pytest.mark.parametrize(
    ("who", "area", "tier"),
    [
        ("gil", "w", Tier.DISTRICT),
        ("gil", "w", Tier.STREET),
        ("gil", "elm", None),
        ("dee", "elm", None),
        ("cy", "elm", None),
    ],
)
def test_every_number_opens_a_list_of_exactly_that_many(
    busy: City, layer: str, who: str, area: str, tier: Tier | None
) -> None:
    painting = painted(busy, who, layer, area, tier)
    actor = busy.actor(who)

    for row in painting.rows:
        for measure, value in zip(painting.layer.measures, row.figure.values, strict=True):
            if measure.opens is not None and row.figure.gap is not Gap.OUTSIDE:
                filters = find.Filters(**measure.opens, area_path=row.area.path)
                listed = find.items(actor, filters=filters, purpose="service").rows
                assert (measure.name, len(listed)) == (measure.name, value)
    assert painting.opens_lists == any(m.opens for m in painting.layer.measures)


def test_a_number_is_what_the_city_did_not_what_was_expected_of_it(busy: City) -> None:
    assert shown(painted(busy, "gil", "open", "w")) == {"east": 6, "west": 1}
    assert shown(painted(busy, "gil", "late", "elm")) == {"oak": 2, "pine": 1}
    assert shown(painted(busy, "gil", "unheld", "w", Tier.STREET)) == {"elm": 3, "fir": 1}


def test_what_lies_on_the_street_itself_stands_in_a_row_of_its_own(busy: City) -> None:
    painting = painted(busy, "gil", "open", "elm")

    assert painting.whole.values[0] == 6
    assert sum(row.figure.values[0] or 0 for row in painting.rows) == 5
    assert painting.rest is not None
    assert painting.rest.values[0] == 1
    assert painted(busy, "gil", "open", "w").rest is None


def test_a_rate_of_fewer_than_ten_is_not_told(busy: City) -> None:
    assert shown(painted(busy, "gil", "response", "w")) == {"east": Gap.FEW, "west": Gap.FEW}


def test_an_officer_sees_the_own_street_and_no_other(busy: City) -> None:
    streets = shown(painted(busy, "dee", "open", "w", Tier.STREET))

    assert streets == {"elm": 6, "fir": Gap.OUTSIDE}
    assert shown(painted(busy, "dee", "open", "w")) == {"east": Gap.OUTSIDE, "west": Gap.OUTSIDE}
    assert painted(busy, "dee", "open", "w").whole.gap is Gap.OUTSIDE


def test_a_grid_worker_sees_the_own_grid_as_a_part_of_its_community(busy: City) -> None:
    painting = painted(busy, "cy", "open", "elm")

    assert shown(painting) == {"oak": 3, "pine": Gap.OUTSIDE}
    assert [row.partial for row in painting.rows] == [True, False]
    assert sights.home(busy.actor("cy")) == busy.areas["elm"]


def test_an_analyst_sees_all_the_counts_and_opens_none_of_the_lists(busy: City) -> None:
    painting = painted(busy, "jo", "open", "w")

    assert shown(painting) == {"east": 6, "west": 1}
    assert not painting.opens_lists


@pytest.mark.parametrize("layer", catalogue.all_layers())
def test_a_visitor_and_a_resident_see_no_figure(city: City, layer: str) -> None:
    with pytest.raises(SignInNeeded):
        painted(city, VISITOR, layer, "w")
    with pytest.raises(NotAllowed):
        painted(city, "ann", layer, "w")


@pytest.mark.parametrize("layer", WORK)
@pytest.mark.parametrize("name", ["ida", "kim", "lou", "pat"])
def test_who_does_not_answer_for_work_does_not_see_its_counts(
    city: City, layer: str, name: str
) -> None:
    with pytest.raises(NotAllowed):
        painted(city, name, layer, "w")
    assert catalogue.layers_of(city.actor(name)) == [catalogue.get("density")]


def test_a_map_shows_at_most_two_tiers_and_nothing_below_a_community(city: City) -> None:
    assert sights.tiers_below(city.areas["w"]) == [Tier.DISTRICT, Tier.STREET]
    assert sights.tiers_below(city.areas["elm"]) == [Tier.COMMUNITY]
    assert sights.tiers_below(city.areas["oak"]) == []
    for area, tier in (("oak", None), ("w", Tier.COMMUNITY), ("east", Tier.CITY)):
        with pytest.raises(BadInput, match="The map of"):
            painted(city, "gil", "open", area, tier)


@pytest.mark.parametrize(
    ("who", "opens_on"),
    [("gil", "w"), ("jo", "w"), ("fay", "east"), ("dee", "elm"), ("sam", "elm"), ("eve", "fir")],
)
def test_the_map_opens_where_somebody_works(city: City, who: str, opens_on: str) -> None:
    assert sights.home(city.actor(who)) == city.areas[opens_on]


def test_a_version_changes_with_a_figure_and_with_nothing_else(busy: City) -> None:
    before = painted(busy, "gil", "open", "w").values()["version"]

    assert painted(busy, "gil", "open", "w").values()["version"] == before
    asked(busy, "ash1", at=EVENING + 9 * HOUR)
    assert painted(busy, "gil", "open", "w").values()["version"] != before


def test_an_exercise_is_painted_apart_from_what_is_real(busy: City) -> None:
    drilling = Actor(1, busy.actor("gil").holdings, exercise=True)

    assert shown(painted(busy, drilling, "open", "w")) == {"east": 0, "west": 0}


def test_no_layer_is_open_to_visitors_or_to_linli_itself() -> None:
    for layer in catalogue.all_layers().values():
        assert not layer.roles & {Role.VISITOR, Role.RESIDENT, Role.SYSTEM}
    assert catalogue.layers_of(SYSTEM) == []
