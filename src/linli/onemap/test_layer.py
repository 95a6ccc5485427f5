"""Is a layer that could not be shown, or should not, refused when it is declared?"""

from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from linli.loops.find import Filters
from linli.onemap import catalogue, layers
from linli.onemap.layer import Discloses, Form, Layer

LAYERS = list(catalogue.all_layers().values())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"measures": ()}, "no measure"),
        ({"bounds": (0, 5, 3)}, "must rise"),
        ({"bounds": tuple(range(7))}, "at most 6"),
        ({"discloses": Discloses.PEOPLE}, "a list of them"),
    ],
)
def test_a_layer_that_makes_no_sense_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(catalogue.get("late"), **changed)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_a_layer_is_named_like_its_file_and_every_count_of_work_opens_a_list(layer: Layer) -> None:
    assert import_module(f"{layers.__name__}.{layer.name}").LAYER is layer
    for measure in layer.measures:
        if layer.scoped and measure.form is Form.COUNT:
            assert measure.opens, measure.name
            Filters(**measure.opens)  # type: ignore[arg-type]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_who_may_open_the_lists_may_see_the_figures(layer: Layer) -> None:
    assert layer.lists <= layer.roles
