"""Is a problem told as JSON that everybody can read?"""

import json
import math

import pytest

from linli.api.faults import answer
from linli.errors import BadInput


@pytest.mark.parametrize("value", [math.nan, -math.inf, 10**5000], ids=["nan", "low", "high"])
def test_a_number_that_json_cannot_say_is_said_as_a_word(value: float) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    told = answer(BadInput("{given} will not do.", given=value)).content

    assert isinstance(json.loads(told, parse_constant=refuse)["values"]["given"], str)
