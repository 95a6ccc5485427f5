"""Does a sentence stay a sentence, whatever somebody wrote into a file or a form?"""

import math

import pytest

from linli.errors import BadInput, Phrase


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("x" * 5000, "x" * 999 + "… will not do."),
        (10**30, "1000000000000000000000000000000 will not do."),
        (10**300, "1e+300 will not do."),
        (-(10**300), "-1e+300 will not do."),
        pytest.param(10**5000, "inf will not do.", id="endless"),
        pytest.param([10**5000, "y" * 5000], "inf, " + "y" * 999 + "… will not do.", id="several"),
        ({"deep": {"deeper": 1}}, "{…} will not do."),
    ],
)
def test_a_monstrous_value_is_told_in_short(value: object, told: str) -> None:
    phrase = Phrase("{given} will not do.", given=value)

    assert BadInput("{given} will not do.", given=value).tell() == told
    assert phrase.tell() == told
    assert BadInput("{reason}", reason=phrase).tell() == told


def test_a_big_number_can_still_be_told_with_its_thousands() -> None:
    assert BadInput("{n:,} people.", n=10**5000).tell() == "inf people."
    assert BadInput("{n:,} people.", n=12_000_000).values == {"n": 12_000_000}
    assert BadInput("{n}", n=math.nan).tell() == "nan"
