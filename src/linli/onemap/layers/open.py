"""Requests under way: what is being worked on, what waits, and what has no limit."""

from linli.errors import N_
from linli.onemap.layer import Figure, Layer, Measure, Ramp
from linli.onemap.work import LOOP, Numbers, alive, figures
from linli.policy.roles import FIELD_STAFF, Role


def _say(numbers: Numbers) -> Figure:
    return Figure((alive(numbers), numbers["n_waiting"], numbers["n_no_target"]))


LAYER = Layer(
    name="open",
    title=N_("In hand"),
    shows=N_("Requests that are not closed yet."),
    measures=(
        Measure("alive", N_("under way"), opens={"loop": LOOP, "alive": True}),
        Measure("waiting", N_("of these waiting"), opens={"loop": LOOP, "state": "waiting"}),
        Measure(
            "no_target",
            N_("no time limit"),
            opens={"loop": LOOP, "alive": True, "no_target": True},
        ),
    ),
    roles=FIELD_STAFF | {Role.ANALYST},
    lists=FIELD_STAFF,
    ramp=Ramp.WATER,
    read=lambda sight: figures(sight, _say),
    order=20,
)
