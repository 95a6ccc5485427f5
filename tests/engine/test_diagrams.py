"""Each loop as a picture, kept so that no stage or step comes or goes unseen."""

from collections.abc import Callable

import pytest

from linli.loops import catalogue
from linli.loops.loop import State, diagram


@pytest.mark.parametrize("name", sorted(catalogue.all_loops()))
def test_the_diagram_of_a_loop_is_what_the_golden_file_holds(
    name: str, golden: Callable[[str, str], None]
) -> None:
    golden(f"{name}.mmd", diagram(catalogue.get(name)) + "\n")


@pytest.mark.parametrize("name", sorted(catalogue.all_loops()))
def test_every_stage_of_a_loop_can_be_reached_and_can_be_left_for_an_end(name: str) -> None:
    loop = catalogue.get(name)
    reached, more = set(), {loop.opens}
    while more:
        reached |= more
        more = {s.to for s in loop.steps if s.origin & reached and not s.stays} - reached

    assert reached == {stage.name for stage in loop.stages} - NOT_YET.get(name, set())
    for stage in loop.stages:
        if stage.state is not State.CLOSED:
            assert any(not s.stays for s in loop.steps_from(stage.name))


NOT_YET = {"request": {"handed_over"}}  # waits for the loops that requests are handed to
