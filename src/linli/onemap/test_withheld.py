"""Can nobody be recognised on a layer about people, however its views are put together?"""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.onemap import catalogue, sights
from linli.onemap.layer import Discloses, Figure, Gap, Sight
from linli.onemap.paint import paint
from linli.policy.can import Actor, Holding
from linli.policy.disclosure import LEAST_SHOWN
from linli.policy.roles import Role
from linli.registry import area_tree
from linli.registry.area_tree import NewArea
from linli.registry.areas import Area, Tier

pytestmark = pytest.mark.db

DESK = Actor(1, (Holding(Role.ANALYST, ""),))
FEW = st.lists(
    st.one_of(st.integers(0, 9), st.integers(0, 300), st.none()), min_size=13, max_size=13
)


@pytest.fixture
def tree(db: None) -> list[Area]:
    """A city of three districts of one, two and three streets with two communities each.

    The last district also has a community that lies in no street.
    """
    news = [NewArea("city", "W市", key="w"), NewArea("community", "孤", parent="d3", key="lone")]
    for d in (1, 2, 3):
        news.append(NewArea("district", f"{d}区", parent="w", key=f"d{d}"))
        for s in range(1, d + 1):
            news.append(NewArea("street", f"{d}{s}街", parent=f"d{d}", key=f"s{d}{s}"))
            news += [
                NewArea("community", f"{d}{s}{c}", parent=f"s{d}{s}", key=f"c{d}{s}{c}")
                for c in (1, 2)
            ]
    return area_tree.add_many(news)


def people_of(tree: list[Area], counts: list[int | None]) -> dict[int, int]:
    """What is counted in each area, from the counts of the communities; None: not known."""
    leaves = sorted((a for a in tree if a.tier == Tier.COMMUNITY), key=lambda a: a.path)
    known = {a.path: n for a, n in zip(leaves, counts, strict=True) if n is not None}
    return {
        area.id: sum(n for path, n in known.items() if path.startswith(area.path))
        for area in tree
        if area.tier != Tier.COMMUNITY or area.path in known
    }


def views(tree: list[Area], people: Mapping[int, int]) -> dict[int, set[int | None]]:
    """All that every view says of each area's people, put together; None: withheld."""

    def read(sight: Sight) -> dict[int, Figure]:
        seen = [area.id for area in sight.everywhere if area.id in people]
        return {area_id: Figure((people[area_id],), people=people[area_id]) for area_id in seen}

    density = catalogue.get("density")
    layer = replace(density, measures=density.measures[1:2], read=read)
    told: dict[int, set[int | None]] = {}
    for area in tree:
        for tier in sights.tiers_below(area):
            painting = paint(DESK, layer, area, tier, now=0)
            seen = [(row.area.id, row.figure) for row in painting.rows]
            for area_id, figure in [*seen, (area.id, painting.whole)]:
                assert figure.people is None
                if figure.gap is not Gap.UNKNOWN:
                    value = None if figure.gap else int(figure.values[0] or 0)
                    told.setdefault(area_id, set()).add(value)
    return told


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts=FEW)
def test_no_small_figure_is_told_nor_follows_from_what_is(
    tree: list[Area], counts: list[int | None]
) -> None:
    people = people_of(tree, counts)
    told = views(tree, people)
    shown = {area_id: next(iter(values)) for area_id, values in told.items()}

    assert all(len(values) == 1 for values in told.values()), "two views disagree"
    assert all(n == 0 or n is None or n >= LEAST_SHOWN for n in shown.values())
    for parent in tree:
        kids = [a.id for a in tree if a.parent_id == parent.id and a.id in shown]
        hidden = [kid for kid in kids if shown[kid] is None]
        if shown.get(parent.id) is None:
            assert all(shown[kid] is None for kid in kids), "parts give their sum away"
        elif hidden:
            left = sum(people[kid] for kid in hidden)
            assert left >= LEAST_SHOWN, "what is missing is small"
            assert len([kid for kid in hidden if people[kid]]) > 1, "one follows by subtraction"


def test_layers_about_people_are_the_ones_that_withhold() -> None:
    for layer in catalogue.all_layers().values():
        assert layer.discloses is (Discloses.WORK if layer.scoped else Discloses.PEOPLE)
