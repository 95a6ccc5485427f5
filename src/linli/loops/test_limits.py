"""Limits are data, so what is wrong with them is told before they are signed."""

import pytest

from linli.loops import catalogue
from linli.loops.limits import BadLimits, read
from linli.registry.areas import Tier

LOOP = catalogue.get("request")
LADDER = """
[[ladder.default]]
at = "100%"
tier = "community"
[[ladder.default]]
at = "200%"
tier = "{tier}"
{more}
"""
CLOCK = """
[[clock]]
stage = "{stage}"
limit = "{limit}"
{more}
"""


def limits(
    tier: str = "street",
    rung: str = "",
    stage: str = "assigned",
    limit: str = "4h",
    clock: str = "",
) -> str:
    """One clock with a ladder of two rungs."""
    return LADDER.format(tier=tier, more=rung) + CLOCK.format(stage=stage, limit=limit, more=clock)


def test_a_set_reads_as_it_is_written() -> None:
    (rule,) = read(LOOP, limits())

    assert (rule.stage, rule.limit_s, [r.tier for r in rule.ladder]) == (
        "assigned",
        4 * 3600,
        [Tier.COMMUNITY, Tier.STREET],
    )


def test_a_tier_is_skipped_only_where_the_set_says_so() -> None:
    with pytest.raises(BadLimits, match="skips a tier at 200%"):
        read(LOOP, limits(tier="district"))

    assert read(LOOP, limits(tier="district", rung="skips = true"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (limits(clock='klass = "urgent"'), "unknown words"),
        (limits(clock='class = "odd"'), 'no class "odd"'),
        (limits(clock='calendar = "moon"'), 'no calendar "moon"'),
        (limits(clock='mode = "panic"'), 'no mode "panic"'),
        (limits(clock='ladder = "other"'), "'other' is missing"),
        (limits(stage="asleep"), 'no stage "asleep"'),
        (limits(limit="4 hours"), "no duration"),
        (limits(limit="0h"), "no duration"),
        (limits(rung='step = "lapse"'), "cannot take the step"),
        (limits(rung='step = "fly"'), 'no step "fly"'),
        (limits(rung="wakes = 3"), "unknown words"),
        (limits().replace("100%", "300%"), "falls to the community"),
        (limits().replace("100%", "10%").replace("200%", "20%"), "nothing would be late"),
        (limits().replace("100%", "-1%"), "between 1% and"),
        (limits().replace("100%", "nan%"), "between 1% and"),
        ("[[ladder]]\nat = 1", "it holds"),
        ("colour = 1", "it holds"),
        ("][", "TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(BadLimits, match=told):
        read(LOOP, text)


@pytest.mark.parametrize("name", sorted(catalogue.all_loops()))
def test_every_loop_ships_limits_that_can_be_used(name: str) -> None:
    from importlib.resources import files

    loop = catalogue.get(name)
    folder = catalogue.folder_of(loop)
    assert folder is not None

    assert read(loop, files(folder).joinpath("limits.toml").read_text("utf-8"))
